-- What the tokens of the OpenID provider are made of, beside the tables of 5120.

-- What a family was begun with: who signed in and how, whom the tokens speak of, scopes, claims, audiences, binding.
alter table identity.token_family add column detail jsonb not null default '{}';
alter table identity.token_family add constraint token_family_detail_length check (octet_length(detail::text) <= 65536);
-- A consent names the person as the relying party knows them: by it a later request can mean them.
alter table identity.oauth_grant add column sub text;
alter table identity.oauth_grant add constraint oauth_grant_sub_length check (length(sub) between 1 and 255);
create index oauth_grant_sub on identity.oauth_grant (client_id, sub) where withdrawn_at is null;
-- What names an asking on the person's page; the two secrets stay with the devices.
alter table identity.asking add column asking_id uuid not null;
alter table identity.asking add constraint asking_id_unique unique (asking_id);
