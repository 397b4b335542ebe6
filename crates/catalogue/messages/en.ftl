# One sentence for each error code of the catalogue.
cat0001 = The file of the catalogue cannot be read.
cat0002 = The file of the catalogue lacks the column { $column }.
cat0003 = The code of a procedure is malformed.
cat0004 = A procedure has no name, or too long a one.
cat0005 = The code of a procedure stands twice in the file.
cat0006 = The pack's vocabulary does not know this level or subject.
cat0007 = A row has another number of cells than the header.
cat0008 = This value cannot be read and counts as unknown.
cat0009 = The file is larger than { $max } bytes.
cat0010 = The catalogue already has the state of { $day }, which is later than this file.
cat0011 = { $rows } rows cannot be read, so the file cannot count as complete.
cat0012 = The catalogue has no such procedure.
cat0013 = A stored entry of the catalogue cannot be read.
cat0020 = The pack has a file on the catalogue that the program does not know.
cat0021 = A list of essential services in the pack has a number twice or a wrong count.
cat0022 = Everyday words in the pack stand twice or are empty.
cat0023 = The successions of procedures in the pack run in a circle.
