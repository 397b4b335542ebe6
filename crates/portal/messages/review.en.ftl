
# The clerical review (sen review)
clerk-site = Sen · Review
clerk-title = Review
clerk-heading = Rows to review
clerk-enter = Opening the review
clerk-enter-go = Go on
clerk-to-list = Back to the list
clerk-nav-list = List
clerk-nav-decisions = Decisions
clerk-nav-export = Download decisions (CSV)
clerk-strays = { $n ->
    [one] One decision is about a row that is no longer in this folder; it is kept, and does not count.
   *[other] { $n } decisions are about rows that are no longer in this folder; they are kept, and do not count.
 }
clerk-left = left
clerk-done = done
clerk-per-hour = rows an hour
clerk-progress = How much is reviewed
clerk-progress-text = { $done } of { $total } rows
clerk-begin = Start reviewing
clerk-filter = Filter the list
clerk-filter-shown = Show
clerk-filter-order = Order
clerk-filter-reason = Reason
clerk-filter-level = What differs
clerk-filter-commune = Commune in the file
clerk-filter-any = All
clerk-filter-go = Filter
clerk-filter-clear = Clear the filter
clerk-shown-left = Not decided
clerk-shown-all = All
clerk-shown-done = Decided
clerk-shown-match = Match
clerk-shown-not = No match
clerk-shown-unsure = Unsure
clerk-order-uncertain = Most uncertain first
clerk-order-likely = Likeliest first
clerk-order-row = As in the file
clerk-found = { $n ->
    [one] One row
   *[other] { $n } rows
 }
clerk-col-row = Row
clerk-col-name = Name in the file
clerk-col-best = Nearest candidate
clerk-col-probability = Probability
clerk-col-state = Decision
clerk-col-field = Field
clerk-col-file = In the file
clerk-col-register = In the register
clerk-col-level = Comparison
clerk-col-seq = No.
clerk-col-decision = Decision
clerk-col-clerk = Decided by
clerk-col-do = Change
clerk-no-name = (no name)
clerk-and-others = { $n ->
    [one] and one other
   *[other] and { $n } others
 }
clerk-said-match = Match
clerk-said-not = No match
clerk-said-unsure = Unsure
clerk-said-none = not decided
clerk-empty = absent
clerk-empty-title = Nothing to review
clerk-empty-text = This cleaning left no uncertain row.
clerk-nothing-title = No rows
clerk-nothing-text = No row fits what you chose.
clerk-finished-title = All reviewed
clerk-finished-text = Every row has a decision. You can still undo each of them.
clerk-row = Row { $n }
clerk-conflict = This row was just decided in another window
clerk-standing = Decided:
clerk-take-back = Undo
clerk-why = Uncertain because:
clerk-people = Candidates
clerk-candidate = Candidate { $n } of { $of }
clerk-candidate-only = The only candidate
clerk-probability = Probability that this is the same person:
clerk-weight = total weight { $n } bits
clerk-nobody = This row has no candidates.
clerk-written = written
clerk-missing = absent on one side
clerk-not-compared = (not weighed)
clerk-agreement-same = the same
clerk-agreement-similar = similar
clerk-agreement-differs = different
clerk-short-file = File
clerk-short-register = Reg.
clerk-do-match = Match
clerk-do-not = No match
clerk-do-unsure = Unsure
clerk-previous = Previous row
clerk-next = Next row
clerk-undo = Undo the last decision
clerk-undo-what = row
clerk-help = Keys and signs
clerk-key-match = match with the candidate shown
clerk-key-not = none of the candidates
clerk-key-unsure = unsure, leave it for later
clerk-key-undo = undo the last decision
clerk-key-person = choose a candidate
clerk-key-next = next row
clerk-key-previous = previous row
clerk-key-help = open this part
clerk-keys-on = Use these keys
clerk-marks = Differing letters are marked like this:
clerk-mark-accent = same letter, other marks
clerk-mark-other = another letter
clerk-mark-extra = on one side only
clerk-mark-swapped = two neighbours changed places
clerk-mark-moved = a word in another place
clerk-mark-case = capital for small letter
clerk-diff-accent = { $n ->
    [one] one letter with other marks
   *[other] { $n } letters with other marks
 }
clerk-diff-other = { $n ->
    [one] one other letter
   *[other] { $n } other letters
 }
clerk-diff-extra = { $n ->
    [one] one letter on one side only
   *[other] { $n } letters on one side only
 }
clerk-diff-swapped = { $n } letters changed places
clerk-diff-moved = { $n } letters stand in another place
clerk-diff-case = { $n ->
    [one] one capital for a small letter
   *[other] { $n } capitals for small letters
 }
clerk-decisions = Decisions
clerk-decisions-lead = Newest first. Each of them can be undone; no line is ever removed.
clerk-decisions-none = No decisions yet
clerk-decisions-none-text = Your decisions will stand here.
clerk-undid = Undid decision { $n }
clerk-taken-back = undone
clerk-replaced = replaced by a later one
clerk-field-personal_number = Personal number
clerk-field-full_name = Full name
clerk-field-birth_date = Date of birth
clerk-field-sex = Sex
clerk-field-old_id = Old identity number
clerk-field-commune_code = Commune
clerk-field-province_code = Province
clerk-field-father_name = Father's name
clerk-field-mother_name = Mother's name
