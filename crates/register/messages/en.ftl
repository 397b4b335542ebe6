reg0001 = There is no such record.
reg0002 = The record has been changed meanwhile. Open it again and check your change.
reg0003 = Some of what was entered cannot be recorded.
reg0004 = This value is already used by another record.
reg0005 = A search needs the year or date of birth beside the name.
reg0006 = No free number was found just now. Try again.
reg0007 = This is recorded already.
reg0008 = No number prefix is known for this province on that day.
reg0009 = The record no longer holds, so it cannot be amended.
reg0010 = A definition of the register is faulty. The operator has to correct it.
reg0011 = The register cannot be reached just now. Nothing was changed.
reg0022 = This is missing or cannot be read.
reg0023 = The day of death cannot be in the future.
reg0024 = There is no record with this number.

# Faults of a pack, for its author.
reg0101 = A register is defined twice.
reg0102 = No body is of the kind that is to keep the register.
reg0103 = A register is named that does not exist.
reg0104 = The register is kept by another body.
reg0105 = A field is named that the register does not have.
reg0106 = The schema of a register is not usable.
reg0107 = A key is named that the register does not have.
reg0108 = The format of a generated number is not usable.
reg0109 = The operation of a service is not usable.
