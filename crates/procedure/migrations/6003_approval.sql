-- An officer who approves again what a register has refused says why (it is another person, say): what was refused and
-- the officer's words go with the next attempt. Null for a plain approval.
ALTER TABLE procedure.task ADD COLUMN approval jsonb;
