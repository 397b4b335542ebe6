-- How an account comes to be, is locked, recovered and closed (NĐ 69/2024/NĐ-CP).

alter table identity.account add column locked_at timestamptz;
alter table identity.account add column locked_why text;
alter table identity.account add constraint account_locked_why_length check (length(locked_why) <= 500);
comment on column identity.account.locked_at is 'where it is set, disabled_at is a lock that may be lifted; where it is not, the account is closed for good';

-- Somebody asks for an account. What was said is kept until a month after the decision.
create table identity.application (
    application_id   uuid        not null,
    -- What the applicant is given, and names at the counter.
    code             text        not null,
    kind             text        not null,
    level            smallint,
    -- Personal number, number of the residence card, or of the organisation.
    number           text        not null,
    full_name        text        not null,
    birth_date       text        not null,
    phone            text        not null,
    -- The parent or guardian who asks for a child.
    guardian_account uuid,
    -- Whom the register knows by these three; none while they do not agree with it.
    subject_id       uuid,
    state            text        not null,
    made_at          timestamptz not null,
    due_on           date        not null,
    -- The body at whose counter it was called up, and what came of it.
    body             text,
    decided_at       timestamptz,
    decided_by       uuid,
    reason           text,
    evidence         jsonb       not null,
    constraint application_pk primary key (application_id),
    constraint application_code_once unique (code),
    constraint application_kind_known check (kind in ('citizen', 'foreigner', 'organisation')),
    constraint application_level_known check (level in (1, 2)),
    constraint application_state_known check (state in ('waiting', 'approved', 'refused', 'activated')),
    constraint application_lengths check (length(code) <= 20 and length(number) <= 20 and length(full_name) <= 255
        and length(birth_date) <= 10 and length(phone) <= 20 and length(body) <= 100 and length(reason) <= 500)
);
comment on table identity.application is 'local: applications for accounts, a month after their decision gone';
create index application_number on identity.application (number);
create index application_body on identity.application (body, made_at desc);
create index application_made_at on identity.application (made_at);
grant select, insert, update, delete on identity.application to sen_app;

-- A word given once, by which a person sets the password and the second factor.
create table identity.activation (
    token_hash     bytea       not null,
    application_id uuid,
    -- The account that is recovered, or raised to level 2.
    account_id     uuid,
    expires_at     timestamptz not null,
    used_at        timestamptz,
    constraint activation_pk primary key (token_hash),
    constraint activation_hash_is_sha256 check (octet_length(token_hash) = 32),
    constraint activation_of_one check (application_id is not null or account_id is not null)
);
comment on table identity.activation is 'distributed by token_hash: one-time words that open or recover an account';
create index activation_expires_at on identity.activation (expires_at);
grant select, insert, update, delete on identity.activation to sen_app;
