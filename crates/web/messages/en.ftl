# Errors common to all pages.
web0000 = Something went wrong on our side. Your data is safe; please try again in a few minutes.
web0001 = There is no such page, or you may not see it.
web0002 = This address does not accept that kind of request.
web0003 = What you sent is too large. The limit is { $limit } MB each time.
web0004 = What you sent is not valid JSON (line { $line }, column { $column }).
web0005 = Something is missing or of the wrong type: { $detail }.
web0006 = This form has expired. Please reload the page and send it again.
web0007 = The request came from another website and was not accepted.
web0008 = Please sign in to continue.
web0009 = Your account cannot use this part.
web0010 = Too many attempts. Please try again in { $seconds } seconds.
web0011 = The service is overloaded right now. Please try again in a few minutes.
web0012 = The request took too long and was stopped. Please try again.
web0013 = The content must be { $expected }.
web0014 = The database is not ready. Please try again in a few minutes.

# Faults at start-up and in stored sessions, for the operator.
web0100 = A file of sentences is not usable.
web0101 = A template is not usable.
web0102 = A stored session cannot be read.
