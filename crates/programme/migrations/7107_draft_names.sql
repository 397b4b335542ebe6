-- What a draft's file was called. The file itself lies with the evidence of the body that wrote it.
alter table programme.legal_step add column file_name text;
alter table programme.legal_step add constraint legal_step_file_name_length check (length(file_name) between 1 and 500);
