-- The exchange: what the door remembers. Agreements themselves are in the pack; the entries about every passage are in
-- the ledger. Here is only what changes from minute to minute: which cases are open, who consented, how much of a quota
-- is leased, which keyed calls were answered, which requests were refused.

CREATE SCHEMA exchange;
GRANT USAGE ON SCHEMA exchange TO sen_app;

-- A case (usually a dossier) that is open for a body: on its account the body's officers may use these people's data.
-- Opened and closed by the owner of the case in the case's own transaction.
CREATE TABLE exchange.case_grant (
    case_id   uuid        NOT NULL,
    body      text        NOT NULL,
    officers  uuid[]      NOT NULL,           -- accounts; empty: any officer of the body in a fitting role
    purposes  text[]      NOT NULL,
    opened_at timestamptz NOT NULL,
    until     timestamptz NOT NULL,           -- gives nothing from here on, even if nobody closes it
    closed_at timestamptz,
    CONSTRAINT case_grant_pk PRIMARY KEY (case_id, body)
);
COMMENT ON TABLE exchange.case_grant IS 'distributed by case_id: a case is read and closed as one';
GRANT SELECT, INSERT, UPDATE ON exchange.case_grant TO sen_app;

-- The people of a case, as one body may see them: `id:<uuid>` or `number:<12 digits>`.
CREATE TABLE exchange.case_subject (
    case_id   uuid NOT NULL,
    body      text NOT NULL,
    reference text NOT NULL,
    added_at  timestamptz NOT NULL,
    CONSTRAINT case_subject_pk PRIMARY KEY (case_id, body, reference),
    CONSTRAINT case_subject_grant_fk FOREIGN KEY (case_id, body) REFERENCES exchange.case_grant (case_id, body),
    CONSTRAINT case_subject_reference_form CHECK (reference ~ '^(id:[0-9a-f-]{36}|number:[0-9]{12})$')
);
COMMENT ON TABLE exchange.case_subject IS 'distributed by case_id: always read beside its grant';
GRANT SELECT, INSERT ON exchange.case_subject TO sen_app;

-- What a person agreed to: this body may use this service about them, for this purpose (Luật 91/2025/QH15: one purpose
-- at a time, never presumed). Withdrawn by setting the instant; a new consent is a new row.
CREATE TABLE exchange.consent (
    subject_id   uuid        NOT NULL,
    consent_id   uuid        NOT NULL,
    consumer     text        NOT NULL,
    service      text        NOT NULL,
    purpose      text        NOT NULL,
    given_at     timestamptz NOT NULL,
    until        timestamptz,
    withdrawn_at timestamptz,
    CONSTRAINT consent_pk PRIMARY KEY (subject_id, consent_id),
    CONSTRAINT consent_times CHECK (until IS NULL OR until > given_at)
);
COMMENT ON TABLE exchange.consent IS 'distributed by subject_id: the person''s own';
GRANT SELECT, INSERT, UPDATE ON exchange.consent TO sen_app;

-- How much of an agreement's daily quota has been leased out to processes, in blocks. A process that dies takes the
-- rest of its block with it: the limit is never exceeded, at worst not quite reached.
CREATE TABLE exchange.quota (
    consumer  text   NOT NULL,
    agreement text   NOT NULL,
    day       date   NOT NULL,                -- Vietnam's
    leased    bigint NOT NULL,
    block     bigint NOT NULL,                -- what the last lease got
    CONSTRAINT quota_pk PRIMARY KEY (consumer, agreement, day)
);
COMMENT ON TABLE exchange.quota IS 'distributed by consumer: each consumer counts for itself';
GRANT SELECT, INSERT, UPDATE, DELETE ON exchange.quota TO sen_app;

-- Keyed calls and their replies. The row is inserted before anything is done, so that a twin waits for it; reply and
-- effect commit together. Never partitioned by time: a retry may come late.
CREATE TABLE exchange.call (
    key        text        NOT NULL,
    consumer   text        NOT NULL,
    actor      text        NOT NULL,          -- a citizen's subject; empty where the body itself asks
    request    bytea       NOT NULL,          -- SHA-256 of the canonical request
    reply      jsonb,                         -- null only inside the transaction that is working on it
    called_at  timestamptz NOT NULL,
    CONSTRAINT call_pk PRIMARY KEY (key, consumer, actor)
);
COMMENT ON TABLE exchange.call IS 'distributed by key: keys begin with what they are about';
GRANT SELECT, INSERT, UPDATE ON exchange.call TO sen_app;

-- Refused requests, for counting; the ledger has the same in full.
CREATE TABLE exchange.refusal (
    refusal_id uuid        NOT NULL,
    refused_at timestamptz NOT NULL,
    code       text        NOT NULL,
    consumer   text        NOT NULL,
    provider   text        NOT NULL,
    service    text        NOT NULL,
    purpose    text        NOT NULL,
    CONSTRAINT refusal_pk PRIMARY KEY (refusal_id)
);
COMMENT ON TABLE exchange.refusal IS 'distributed by refusal_id: written one by one, counted over all';
CREATE INDEX refusal_refused_at ON exchange.refusal (refused_at);
GRANT SELECT, INSERT ON exchange.refusal TO sen_app;
