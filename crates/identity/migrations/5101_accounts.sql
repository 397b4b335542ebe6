-- Accounts: who may sign in, by what, and as whom. Sessions are web's; what happened is the ledger's.
create schema identity;
grant usage on schema identity to sen_app;

create table identity.account (
    account_id    uuid        not null,
    -- The person, where the account lets one act as a citizen.
    subject_id    uuid,
    -- Level of the citizen's account, 1 or 2 (NĐ 69/2024).
    level         smallint,
    -- How pages address the person.
    label         text        not null,
    -- PHC string of argon2id.
    password_hash text        not null,
    created_at    timestamptz not null,
    disabled_at   timestamptz,
    constraint account_pk primary key (account_id),
    constraint account_level_of_citizen check ((subject_id is null) = (level is null)),
    constraint account_level_known check (level in (1, 2)),
    constraint account_label_length check (length(label) between 1 and 255)
);
comment on table identity.account is 'distributed by account_id: one row for each account';
grant select, insert, update on identity.account to sen_app;

-- The name an account signs in with: a personal number (citizens) or a user name (officers). Unique over everyone, so it is
-- a table of its own, keyed by it.
create table identity.login (
    login      text not null,
    account_id uuid not null,
    constraint login_pk primary key (login),
    constraint login_length check (length(login) between 1 and 64)
);
comment on table identity.login is 'distributed by login: unique names to sign in with';
create index login_account on identity.login (account_id);
grant select, insert on identity.login to sen_app;

-- The second factor. The secret is encrypted with a key that the database does not hold.
create table identity.totp (
    account_id  uuid        not null,
    sealed      bytea       not null,
    -- The last time step a code was accepted for: no code works twice.
    last_step   bigint      not null,
    enrolled_at timestamptz not null,
    constraint totp_pk primary key (account_id),
    constraint totp_account foreign key (account_id) references identity.account (account_id)
);
comment on table identity.totp is 'distributed by account_id: the second factor of an account';
grant select, insert, update on identity.totp to sen_app;

-- What an officer may do in which body, and when. A role that ended stays, so that one can tell who could do what then.
create table identity.officer_role (
    account_id uuid not null,
    role_id    uuid not null,
    body       text not null,
    role       text not null,
    from_day   date not null,
    -- Last day in force, itself included.
    until_day  date,
    constraint officer_role_pk primary key (account_id, role_id),
    constraint officer_role_account foreign key (account_id) references identity.account (account_id),
    constraint officer_role_body_length check (length(body) between 1 and 100),
    constraint officer_role_role_length check (length(role) between 1 and 100)
);
comment on table identity.officer_role is 'distributed by account_id: roles of officers in bodies';
grant select, insert, update on identity.officer_role to sen_app;

-- Attempts to sign in that failed or are not decided yet, for every name that was tried, whether there is such an account
-- or not: the answer to a stranger must be the same.
create table identity.failure (
    login_hash   bytea       not null,
    failures     int         not null,
    last_at      timestamptz not null,
    locked_until timestamptz,
    constraint failure_pk primary key (login_hash),
    constraint failure_hash_is_sha256 check (octet_length(login_hash) = 32)
);
comment on table identity.failure is 'distributed by login_hash: failures to sign in since the last success';
create index failure_last_at on identity.failure (last_at);
grant select, insert, update, delete on identity.failure to sen_app;
