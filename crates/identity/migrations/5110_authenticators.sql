-- By what else than a password and an app an account proves itself, and what happened to it, for its owner to see.

-- A passkey: the public half and what is needed to notice a copy. Nothing here opens an account.
create table identity.passkey (
    account_id    uuid        not null,
    credential_id bytea       not null,
    -- What the owner calls it.
    name          text        not null,
    credential    jsonb       not null,
    added_at      timestamptz not null,
    used_at       timestamptz,
    constraint passkey_pk primary key (account_id, credential_id),
    constraint passkey_account foreign key (account_id) references identity.account (account_id),
    constraint passkey_id_length check (octet_length(credential_id) between 1 and 1023),
    constraint passkey_name_length check (length(name) between 1 and 60)
);
comment on table identity.passkey is 'distributed by account_id: passkeys of an account';
grant select, insert, update, delete on identity.passkey to sen_app;

-- A challenge that a browser was given and has not answered. Used once, and only in its minutes.
create table identity.ceremony (
    ceremony_id uuid        not null,
    kind        text        not null,
    account_id  uuid,
    state       jsonb       not null,
    expires_at  timestamptz not null,
    constraint ceremony_pk primary key (ceremony_id),
    constraint ceremony_kind_known check (kind in ('register', 'sign-in', 'confirm'))
);
comment on table identity.ceremony is 'distributed by ceremony_id: challenges for passkeys that wait for an answer';
create index ceremony_expires_at on identity.ceremony (expires_at);
grant select, insert, delete on identity.ceremony to sen_app;

-- Codes for the day the phone is lost. Each is used once; only its hash is kept.
create table identity.recovery_code (
    account_id uuid        not null,
    code_hash  bytea       not null,
    made_at    timestamptz not null,
    used_at    timestamptz,
    constraint recovery_code_pk primary key (account_id, code_hash),
    constraint recovery_code_account foreign key (account_id) references identity.account (account_id),
    constraint recovery_code_hash_is_sha256 check (octet_length(code_hash) = 32)
);
comment on table identity.recovery_code is 'distributed by account_id: recovery codes of an account';
grant select, insert, update, delete on identity.recovery_code to sen_app;

-- A computer that shows a picture and a number, and the phone that answers.
create table identity.qr_sign_in (
    browser_hash   bytea       not null,
    token_hash     bytea       not null,
    -- The number on the computer's screen, and the three among which the phone's owner chooses.
    number         smallint    not null,
    numbers        smallint[]  not null,
    device         text        not null,
    account_id     uuid,
    authentication jsonb,
    state          text        not null,
    expires_at     timestamptz not null,
    constraint qr_sign_in_pk primary key (browser_hash),
    constraint qr_sign_in_hashes check (octet_length(browser_hash) = 32 and octet_length(token_hash) = 32),
    constraint qr_sign_in_state_known check (state in ('waiting', 'approved', 'refused')),
    constraint qr_sign_in_device_length check (length(device) <= 80)
);
comment on table identity.qr_sign_in is 'local: sign-ins by a phone that wait for it, gone in minutes';
create index qr_sign_in_token_hash on identity.qr_sign_in (token_hash);
create index qr_sign_in_expires_at on identity.qr_sign_in (expires_at);
grant select, insert, update, delete on identity.qr_sign_in to sen_app;

-- What happened to an account, for its owner and for the counter. The ledger has the same with its proofs.
create table identity.account_event (
    account_id uuid        not null,
    event_id   uuid        not null,
    what       text        not null,
    detail     jsonb       not null,
    at         timestamptz not null,
    constraint account_event_pk primary key (account_id, event_id),
    constraint account_event_what_length check (length(what) between 1 and 60)
);
comment on table identity.account_event is 'distributed by account_id: append-only; what happened to an account';
create index account_event_at on identity.account_event (account_id, at desc);
grant select, insert on identity.account_event to sen_app;
