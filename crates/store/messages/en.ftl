# One sentence for each error code of the store crate.
sto0001 = The system failed to read or write data. Nothing was changed.
sto0002 = The database is not available at the moment. Please try again in a few minutes.
sto0003 = The PostgreSQL server is not installed.
sto0004 = Another program is using this data folder.
sto0005 = The database could not be started.
sto0006 = The structure of the database could not be updated.
sto0007 = The application connects to the database with an account it must not use.
sto0008 = There is no such failed job.
sto0009 = What was put into the queue is too large.
sto0010 = The job ended abruptly because of a fault in the program.
