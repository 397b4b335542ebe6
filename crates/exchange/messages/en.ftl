# The door: why a request was not carried out.
exc0001 = No data-sharing agreement lets this body use the service { $service }.
exc0002 = The data-sharing agreement on the service { $service } is not in force on this day.
exc0003 = No open dossier is assigned to this body and officer, so the service { $service } may not be used.
exc0004 = The body has used up today's calls of the service { $service }. Please try again tomorrow.
exc0005 = A field was asked for that the agreement on the service { $service } does not give.
exc0006 = The agreement on the service { $service } does not allow data to be used for this purpose.
exc0007 = The role of the person acting may not use the service { $service }.
exc0008 = The request touches the data of a person outside its scope.
exc0009 = The person concerned has not consented.
exc0010 = This idempotency key was already used for another request.
exc0011 = There is no such service or body.
exc0012 = The database is not answering at the moment. Nothing has changed; please try again.
exc0013 = The access could not be logged, so the request was not carried out. Nothing has changed; please try again.
exc0014 = A fault of the program: this request cannot be remembered under its idempotency key.
exc0015 = This service is not offered here at present.
exc0016 = A fault of the program: the data exchanged do not have the agreed form.
exc0017 = One passage may not touch so many people.
exc0018 = This request was carried out long ago and is not carried out again; its answer is no longer kept.

# Faults of a pack, for its author.
exc0101 = The definition names no law.
exc0102 = Two settings of the definition cannot be together.
exc0103 = A list that must not be empty is empty.
