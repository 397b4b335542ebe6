-- Sessions of people who signed in. The program keeps only the SHA-256 of the token that the browser holds,
-- so that a copy of this table opens nobody's account.
CREATE SCHEMA web;
GRANT USAGE ON SCHEMA web TO sen_app;

CREATE TABLE web.session (
    token_hash  bytea       NOT NULL,
    account_id  uuid        NOT NULL,
    actor       jsonb       NOT NULL,
    facts       jsonb       NOT NULL,
    csrf        text        NOT NULL,
    created_at  timestamptz NOT NULL,
    seen_at     timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    CONSTRAINT session_pkey PRIMARY KEY (token_hash),
    CONSTRAINT session_token_hash_is_sha256 CHECK (octet_length(token_hash) = 32)
);
COMMENT ON TABLE web.session IS 'distributed by token_hash: one row for each signed-in browser, deleted at sign-out';
COMMENT ON COLUMN web.session.facts IS 'what the pages show of the signed-in person: how to address them, the body they act for';
CREATE INDEX session_account_id ON web.session (account_id);
CREATE INDEX session_ends_at ON web.session (ends_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON web.session TO sen_app;
