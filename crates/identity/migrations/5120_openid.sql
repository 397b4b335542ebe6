-- The OpenID provider: who may ask (clients), what is being asked (pushed requests, interactions, askings), what was
-- allowed (grants), and what was given out for it (families of tokens, codes, refresh tokens). Secrets of others are kept
-- as SHA-256 only; our own signing keys are sealed with a key that the database does not hold.

create table identity.client (
    client_id   text        not null,
    -- RFC 7591 and OpenID Connect Registration names.
    metadata    jsonb       not null,
    secret_hash bytea,
    state       text        not null,
    profile     text        not null,
    created_at  timestamptz not null,
    decided_at  timestamptz,
    decided_by  uuid,
    constraint client_pk primary key (client_id),
    constraint client_id_length check (length(client_id) between 1 and 100),
    constraint client_metadata_length check (octet_length(metadata::text) <= 65536),
    constraint client_secret_is_sha256 check (octet_length(secret_hash) = 32),
    constraint client_state_known check (state in ('pending', 'approved', 'suspended')),
    constraint client_profile_known check (profile in ('openid', 'fapi-2', 'fapi-2-message-signing'))
);
comment on table identity.client is 'distributed by client_id: relying parties of the OpenID provider';
grant select, insert, update on identity.client to sen_app;

-- Keys that sign tokens. Published before they sign, and until the last token they signed is dead.
create table identity.signing_key (
    kid             text        not null,
    alg             text        not null,
    sealed          bytea       not null,
    created_at      timestamptz not null,
    signs_from      timestamptz not null,
    signs_until     timestamptz,
    published_until timestamptz,
    constraint signing_key_pk primary key (kid),
    constraint signing_key_kid_length check (length(kid) between 1 and 100),
    constraint signing_key_alg_known check (alg in ('ES256', 'EdDSA')),
    constraint signing_key_sealed_length check (octet_length(sealed) <= 4096)
);
comment on table identity.signing_key is 'reference: a handful of keys that sign tokens, sealed';
grant select, insert, update, delete on identity.signing_key to sen_app;

create table identity.pushed_request (
    request_hash bytea       not null,
    client_id    text        not null,
    request      jsonb       not null,
    dpop_jkt     text,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    used_at      timestamptz,
    constraint pushed_request_pk primary key (request_hash),
    constraint pushed_request_hash_is_sha256 check (octet_length(request_hash) = 32),
    constraint pushed_request_client_length check (length(client_id) between 1 and 100),
    constraint pushed_request_request_length check (octet_length(request::text) <= 65536),
    constraint pushed_request_jkt_length check (length(dpop_jkt) between 1 and 100)
);
comment on table identity.pushed_request is 'distributed by request_hash: pushed authorization requests (RFC 9126)';
create index pushed_request_expires_at on identity.pushed_request (expires_at);
grant select, insert, update, delete on identity.pushed_request to sen_app;

create table identity.interaction (
    interaction_id uuid        not null,
    -- The browser that asked: nobody else can answer.
    browser_hash   bytea       not null,
    client_id      text        not null,
    request        jsonb       not null,
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    answered_at    timestamptz,
    constraint interaction_pk primary key (interaction_id),
    constraint interaction_browser_is_sha256 check (octet_length(browser_hash) = 32),
    constraint interaction_client_length check (length(client_id) between 1 and 100),
    constraint interaction_request_length check (octet_length(request::text) <= 65536)
);
comment on table identity.interaction is 'distributed by interaction_id: authorization requests that a person is looking at';
create index interaction_expires_at on identity.interaction (expires_at);
grant select, insert, update, delete on identity.interaction to sen_app;

-- What somebody allowed a relying party. Withdrawn ones stay as history.
create table identity.oauth_grant (
    grant_id     uuid        not null,
    account_id   uuid        not null,
    client_id    text        not null,
    scopes       text[]      not null,
    claims       jsonb       not null,
    given_at     timestamptz not null,
    withdrawn_at timestamptz,
    used_at      timestamptz,
    constraint oauth_grant_pk primary key (account_id, grant_id),
    constraint oauth_grant_client_length check (length(client_id) between 1 and 100),
    constraint oauth_grant_scopes_length check (cardinality(scopes) <= 50 and octet_length(scopes::text) <= 4096),
    constraint oauth_grant_claims_length check (octet_length(claims::text) <= 65536)
);
comment on table identity.oauth_grant is 'distributed by account_id: consents to relying parties; one open for an account and a client';
create unique index oauth_grant_open on identity.oauth_grant (account_id, client_id) where withdrawn_at is null;
create index oauth_grant_id on identity.oauth_grant (grant_id);
grant select, insert, update on identity.oauth_grant to sen_app;

-- Tokens that descend from one sign-in: revoked together.
create table identity.token_family (
    family_id  uuid        not null,
    grant_id   uuid,
    client_id  text        not null,
    session_id uuid,
    -- Whether it outlives the session (offline_access).
    offline    boolean     not null,
    started_at timestamptz not null,
    revoked_at timestamptz,
    constraint token_family_pk primary key (family_id),
    constraint token_family_client_length check (length(client_id) between 1 and 100)
);
comment on table identity.token_family is 'distributed by family_id: tokens of one authorization';
create index token_family_grant on identity.token_family (grant_id) where revoked_at is null;
create index token_family_session on identity.token_family (session_id) where revoked_at is null;
create index token_family_started_at on identity.token_family (started_at);
grant select, insert, update, delete on identity.token_family to sen_app;

create table identity.authorization_code (
    code_hash      bytea       not null,
    family_id      uuid        not null,
    grant_id       uuid        not null,
    client_id      text        not null,
    account_id     uuid        not null,
    subject_id     uuid,
    session_id     uuid        not null,
    request        jsonb       not null,
    authentication jsonb       not null,
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    used_at        timestamptz,
    constraint authorization_code_pk primary key (code_hash),
    constraint authorization_code_hash_is_sha256 check (octet_length(code_hash) = 32),
    constraint authorization_code_client_length check (length(client_id) between 1 and 100),
    constraint authorization_code_request_length check (octet_length(request::text) <= 65536),
    constraint authorization_code_authentication_length check (octet_length(authentication::text) <= 4096)
);
comment on table identity.authorization_code is 'distributed by code_hash: authorization codes, each redeemed once';
create index authorization_code_expires_at on identity.authorization_code (expires_at);
grant select, insert, update, delete on identity.authorization_code to sen_app;

create table identity.refresh_token (
    token_hash bytea       not null,
    family_id  uuid        not null,
    client_id  text        not null,
    detail     jsonb       not null,
    issued_at  timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz,
    constraint refresh_token_pk primary key (token_hash),
    constraint refresh_token_hash_is_sha256 check (octet_length(token_hash) = 32),
    constraint refresh_token_client_length check (length(client_id) between 1 and 100),
    constraint refresh_token_detail_length check (octet_length(detail::text) <= 65536)
);
comment on table identity.refresh_token is 'distributed by token_hash: refresh tokens, used ones too until they expire';
create index refresh_token_family on identity.refresh_token (family_id);
create index refresh_token_expires_at on identity.refresh_token (expires_at);
grant select, insert, update, delete on identity.refresh_token to sen_app;

create table identity.revoked_token (
    jti_hash   bytea       not null,
    expires_at timestamptz not null,
    constraint revoked_token_pk primary key (jti_hash),
    constraint revoked_token_hash_is_sha256 check (octet_length(jti_hash) = 32)
);
comment on table identity.revoked_token is 'distributed by jti_hash: access tokens revoked before they expired';
create index revoked_token_expires_at on identity.revoked_token (expires_at);
grant select, insert, update, delete on identity.revoked_token to sen_app;

-- Which relying parties a session has signed in to, for logging out of all of them.
create table identity.client_session (
    session_id uuid not null,
    client_id  text not null,
    sub        text not null,
    family_id  uuid not null,
    constraint client_session_pk primary key (session_id, client_id),
    constraint client_session_client_length check (length(client_id) between 1 and 100),
    constraint client_session_sub_length check (length(sub) between 1 and 255)
);
comment on table identity.client_session is 'distributed by session_id: relying parties that a session signed in to';
grant select, insert, update, delete on identity.client_session to sen_app;

-- Asked on one device, answered on another: device authorization (RFC 8628) and CIBA.
create table identity.asking (
    asking_hash    bytea       not null,
    kind           text        not null,
    user_code_hash bytea,
    client_id      text        not null,
    request        jsonb       not null,
    account_id     uuid,
    message        text,
    state          text        not null,
    grant_id       uuid,
    family_id      uuid,
    authentication jsonb,
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    interval_s     int         not null,
    polled_at      timestamptz,
    constraint asking_pk primary key (asking_hash),
    constraint asking_user_code_unique unique (user_code_hash),
    constraint asking_hash_is_sha256 check (octet_length(asking_hash) = 32),
    constraint asking_user_code_is_sha256 check (octet_length(user_code_hash) = 32),
    constraint asking_kind_known check (kind in ('device', 'ciba')),
    constraint asking_state_known check (state in ('waiting', 'approved', 'refused', 'redeemed')),
    constraint asking_client_length check (length(client_id) between 1 and 100),
    constraint asking_message_length check (length(message) <= 300),
    constraint asking_request_length check (octet_length(request::text) <= 65536),
    constraint asking_authentication_length check (octet_length(authentication::text) <= 4096)
);
comment on table identity.asking is 'local: what is asked on one device and answered on another, found by either of two secrets';
create index asking_account on identity.asking (account_id, created_at) where account_id is not null;
create index asking_expires_at on identity.asking (expires_at);
grant select, insert, update, delete on identity.asking to sen_app;

-- Recorded authority to act for somebody: a parent, a guardian, an authorised agent of an organisation.
create table identity.delegation (
    delegation_id     uuid        not null,
    principal_subject uuid,
    organisation      text,
    agent_account     uuid        not null,
    kind              text        not null,
    evidence          text        not null,
    from_day          date        not null,
    until_day         date,
    created_at        timestamptz not null,
    ended_at          timestamptz,
    constraint delegation_pk primary key (delegation_id),
    constraint delegation_kind_known check (kind in ('parent', 'guardian', 'agent')),
    constraint delegation_of_one check ((principal_subject is null) <> (organisation is null)),
    constraint delegation_organisation_length check (length(organisation) between 1 and 100),
    constraint delegation_evidence_length check (length(evidence) between 1 and 300)
);
comment on table identity.delegation is 'distributed by delegation_id: recorded authority to act for somebody else';
create index delegation_agent on identity.delegation (agent_account);
create index delegation_principal on identity.delegation (principal_subject);
grant select, insert, update on identity.delegation to sen_app;
