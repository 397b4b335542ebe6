# Codes
pro0001 = No procedure with this code is in force.
pro0002 = There is no such dossier.
pro0003 = There is no such task in your body's inbox.
pro0004 = Somebody else has just dealt with this task, so your decision was not recorded. Please see where it stands now.
pro0005 = Its present state does not allow this.
pro0006 = Some answers need correcting.
pro0007 = This filing key was already used for another form.
pro0008 = The citizen has been asked once already. Asking again needs a reason.
pro0009 = Another date was named once already; it cannot be moved again.
pro0010 = This needs the role { $role }.
pro0011 = This needs a citizen's account of level 2.
pro0012 = There is no such draft.
pro0013 = The definition of this procedure has a fault. It has been recorded for repair.
pro0014 = The database does not answer. Please try again in a few minutes.
pro0015 = This procedure cannot be filed online here yet.
pro0016 = The form is too long.
pro0017 = A supplement request must say what is missing.
pro0018 = Please give a reason.
pro0019 = There is no such result.
pro0020 = The new date must lie after the old one and after now.
pro0021 = No matching data.
pro0022 = An idempotency key has 1 to 200 characters.
pro0099 = The body that was asked refused.
pro0101 = Please fill this in.
pro0102 = This is not the kind of value that belongs here.
pro0103 = This date is too far away.
pro0104 = This date lies in the future.
pro0105 = A character is not allowed here.
pro0107 = This is not one of the choices.
pro0108 = At most { $limit } characters.
pro0111 = This is not a telephone number.
pro0112 = This is not an e-mail address.
pro0113 = This does not have the form { $pattern } (9 is a digit, A a capital letter or a digit).
pro0114 = This number is out of range.
pro0115 = At most { $limit } entries.

# Statuses of a dossier (list of the National Public Service Portal)
dossier-status-1 = Filed
dossier-status-2 = Received
dossier-status-3 = Not received
dossier-status-4 = In process
dossier-status-5 = More information needed
dossier-status-6 = Payment needed
dossier-status-7 = Withdrawn
dossier-status-8 = Stopped
dossier-status-9 = Finished
dossier-status-10 = Results returned

step-state-waiting = Not its turn yet
step-state-sent = Sent to the body
step-state-accepted = The body is working on it
step-state-question = Waiting for your answer
step-state-done = Done
step-state-refused = Refused
step-state-dropped = Not carried out
step-state-lapsed = Stopped: no answer
step-state-cancelled = Withdrawn

task-state-new = New
task-state-accepted = In process
task-state-question = Waiting for the citizen
task-state-performing = Being entered
task-state-done = Done
task-state-refused = Refused
task-state-cancelled = Withdrawn by the citizen


decision-accept = Take in
decision-ask-supplement = Ask for more
decision-refuse = Refuse
decision-approve = Approve
decision-hand-over = Hand over
decision-apologise = Apologise and name another date


task-event-received = Arrived
task-event-answered = The citizen answered
task-event-accepted = Taken in
task-event-question = Asked for more
task-event-refused = Refused
task-event-approved = Approved
task-event-handed-over = Handed over
task-event-apologised = Apologised and named another date
task-event-fault = Entry failed, given back to the officer
task-event-done = Done
task-event-cancelled = Withdrawn by the citizen
task-event-lapsed = Not answered in time by the citizen
task-event-soon-late = Due soon
task-event-late = Late

# Faults of a pack, for its author.
pro0201 = The definition names no law.
pro0202 = A rule of a form stands twice.
pro0203 = A field, source or lookup is named that does not exist.
pro0204 = The schema of a form is not usable.
pro0205 = A service is named that does not exist or that this body does not offer.
pro0206 = A form is named that does not exist.
pro0207 = The format of dossier codes is not usable.
pro0208 = The graph of a group has a stranger, a circle or the same member twice.
pro0209 = A procedure is named that does not exist.
pro0210 = No term holds where no condition does.
pro0211 = A message to the citizen is missing.
