-- Officers' accounts are issued by a body, which answers for them.

alter table identity.account add column issued_by text;
alter table identity.account add constraint account_issued_by_length check (length(issued_by) between 1 and 100);
comment on column identity.account.issued_by is 'the body that issued an officer''s account, and whose administrators of accounts manage it';
update identity.account set issued_by = (select held.body from identity.officer_role as held
    where held.account_id = account.account_id order by held.from_day, held.role_id limit 1)
where subject_id is null;
create index account_issued_by on identity.account (issued_by, label) where issued_by is not null;
