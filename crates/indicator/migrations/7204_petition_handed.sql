-- A petition that went to a body without authority is handed on to the one that has it; its clocks begin again there.
alter table indicator.petition_text add column handed_at timestamptz;
alter table indicator.petition_text add column handed_times smallint not null default 0;
alter table indicator.petition_text add constraint petition_text_handed_times check (handed_times between 0 and 2);
comment on column indicator.petition_text.handed_at is 'when it was handed on to the body that has it now';
