-- Organisations (NĐ 69/2024/NĐ-CP): the legal representative asks for the account, and acts for the organisation.

alter table identity.application add column representative_account uuid;
comment on column identity.application.representative_account is 'who asks for an organisation: a citizen of level 2 who signed in';

alter table identity.delegation add column organisation_subject uuid;
comment on column identity.delegation.organisation_subject is 'the organisation in its register, whose events end the authority';
alter table identity.delegation add column organisation_name text;
alter table identity.delegation add column agent_name text;
comment on column identity.delegation.agent_name is 'whom a representative appointed, as they wrote the name and the register agreed';
alter table identity.delegation drop constraint delegation_kind_known;
alter table identity.delegation add constraint delegation_kind_known
    check (kind in ('parent', 'guardian', 'representative', 'agent'));
create index delegation_organisation on identity.delegation (organisation_subject) where ended_at is null;
create index delegation_of_organisation on identity.delegation (organisation) where ended_at is null;
