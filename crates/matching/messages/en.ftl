# Data cleaning.
mat0001 = The file { $path } cannot be read or written.

# Review
mat0501 = The folder { $path } has no review.jsonl: nothing was cleaned here, or no row needs a review.
mat0502 = Line { $line } of review.jsonl cannot be read.
mat0503 = Line { $line } of decisions.jsonl cannot be read.
mat0504 = The folder { $path } is being reviewed in another terminal.
mat0505 = Row { $row } is not among those to review.
mat0506 = The chosen person is not among the candidates of this row.
mat0507 = This row has just been decided elsewhere. Please look again before you decide.
mat0508 = This decision has been undone already, or does not exist.
mat0509 = The decision could not be written to disk, so it does not count.
