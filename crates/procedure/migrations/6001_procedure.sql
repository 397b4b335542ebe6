-- Dossiers at the body that keeps them (the origin), and tasks at the bodies that act. The two halves know each
-- other only through the services accept-step, report-step and cancel-step: they may live in different databases.
CREATE SCHEMA procedure;
GRANT USAGE ON SCHEMA procedure TO sen_app;

-- A dossier keeps the version of its definition that was in force on the day of its filing (`version_from`).
CREATE TABLE procedure.dossier (
    dossier_id      uuid        NOT NULL,
    code            text        NOT NULL,
    definition      text        NOT NULL,
    version_from    date        NOT NULL,
    origin          text        NOT NULL,
    applicant       uuid        NOT NULL,
    account         uuid        NOT NULL,
    people          jsonb       NOT NULL,
    form_values     jsonb       NOT NULL,
    facts           jsonb       NOT NULL,
    status          smallint    NOT NULL,
    filed_at        timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,
    paused_at       timestamptz,
    answer_until    timestamptz,
    reason          text,
    closed_at       timestamptz,
    version         integer     NOT NULL,
    CONSTRAINT dossier_pk PRIMARY KEY (dossier_id),
    CONSTRAINT dossier_status CHECK (status BETWEEN 1 AND 10)
);
CREATE INDEX dossier_open_by_due ON procedure.dossier (due_at) WHERE closed_at IS NULL;
COMMENT ON TABLE procedure.dossier IS 'distributed by dossier_id: one dossier at its origin; changed only under its row lock';
GRANT SELECT, INSERT, UPDATE ON procedure.dossier TO sen_app;

-- Uniqueness of codes over everything lives in a side table keyed by the code.
CREATE TABLE procedure.dossier_code (
    code            text        NOT NULL,
    dossier_id      uuid        NOT NULL,
    CONSTRAINT dossier_code_pk PRIMARY KEY (code)
);
COMMENT ON TABLE procedure.dossier_code IS 'distributed by code: dossier codes are unique over all bodies';
GRANT SELECT, INSERT ON procedure.dossier_code TO sen_app;

-- Numbers of dossier codes are leased to processes in blocks, in short transactions. Gaps are allowed.
CREATE TABLE procedure.code_block (
    prefix          text        NOT NULL,
    day             date        NOT NULL,
    next            bigint      NOT NULL,
    CONSTRAINT code_block_pk PRIMARY KEY (prefix, day)
);
COMMENT ON TABLE procedure.code_block IS 'local: next free number per prefix and Vietnam day, at the body that numbers';
GRANT SELECT, INSERT, UPDATE ON procedure.code_block TO sen_app;

-- The dossiers of a person, and the key under which each was filed: the same key files once.
CREATE TABLE procedure.own_dossier (
    subject_id      uuid        NOT NULL,
    idempotency_key text        NOT NULL,
    request_hash    bytea       NOT NULL,
    dossier_id      uuid        NOT NULL,
    code            text        NOT NULL,
    due_at          timestamptz NOT NULL,
    filed_at        timestamptz NOT NULL,
    CONSTRAINT own_dossier_pk PRIMARY KEY (subject_id, idempotency_key)
);
CREATE INDEX own_dossier_by_time ON procedure.own_dossier (subject_id, filed_at DESC);
COMMENT ON TABLE procedure.own_dossier IS 'distributed by subject_id: which dossiers a person filed, once per key';
GRANT SELECT, INSERT ON procedure.own_dossier TO sen_app;

-- One member of the group for one child (0: once for the dossier), as the origin knows it.
CREATE TABLE procedure.step (
    dossier_id      uuid        NOT NULL,
    member          text        NOT NULL,
    child           smallint    NOT NULL,
    position        smallint    NOT NULL,
    body            text        NOT NULL,
    state           text        NOT NULL,
    round           smallint    NOT NULL,
    due_at          timestamptz,
    facts           jsonb       NOT NULL,
    question        jsonb,
    reason          text,
    ended_at        timestamptz,
    CONSTRAINT step_pk PRIMARY KEY (dossier_id, member, child),
    CONSTRAINT step_state CHECK (state IN
        ('waiting', 'sent', 'accepted', 'question', 'done', 'refused', 'dropped', 'cancelled'))
);
COMMENT ON TABLE procedure.step IS 'distributed by dossier_id: members of a dossier; changed only under the dossier''s row lock';
GRANT SELECT, INSERT, UPDATE ON procedure.step TO sen_app;

CREATE TABLE procedure.result (
    dossier_id      uuid        NOT NULL,
    result_id       uuid        NOT NULL,
    member          text        NOT NULL,
    child           smallint    NOT NULL,
    code            text,
    name            jsonb       NOT NULL,
    number          text,
    issued_on       date        NOT NULL,
    issued_by       text        NOT NULL,
    data            jsonb       NOT NULL,
    CONSTRAINT result_pk PRIMARY KEY (dossier_id, result_id)
);
COMMENT ON TABLE procedure.result IS 'distributed by dossier_id: what was issued, as it was on its day';
GRANT SELECT, INSERT ON procedure.result TO sen_app;

-- What happened to a dossier, in the order of `seq` (its version times 1,000, counted up). `note` is an officer's or the citizen's own words.
CREATE TABLE procedure.event (
    dossier_id      uuid        NOT NULL,
    event_id        uuid        NOT NULL,
    seq             integer     NOT NULL,
    at              timestamptz NOT NULL,
    kind            text        NOT NULL,
    member          text,
    child           smallint,
    body            text,
    status          smallint    NOT NULL,
    note            text,
    CONSTRAINT event_pk PRIMARY KEY (dossier_id, event_id)
);
COMMENT ON TABLE procedure.event IS 'distributed by dossier_id: the timeline, append-only';
GRANT SELECT, INSERT ON procedure.event TO sen_app;

CREATE TABLE procedure.notification (
    subject_id      uuid        NOT NULL,
    notification_id uuid        NOT NULL,
    dossier_id      uuid        NOT NULL,
    code            text        NOT NULL,
    at              timestamptz NOT NULL,
    kind            text        NOT NULL,
    text            jsonb       NOT NULL,
    CONSTRAINT notification_pk PRIMARY KEY (subject_id, notification_id)
);
CREATE INDEX notification_by_time ON procedure.notification (subject_id, at DESC);
COMMENT ON TABLE procedure.notification IS 'distributed by subject_id: a citizen''s messages';
GRANT SELECT, INSERT ON procedure.notification TO sen_app;

CREATE TABLE procedure.draft (
    subject_id      uuid        NOT NULL,
    draft_id        uuid        NOT NULL,
    definition      text        NOT NULL,
    form_values     jsonb       NOT NULL,
    saved_at        timestamptz NOT NULL,
    CONSTRAINT draft_pk PRIMARY KEY (subject_id, draft_id)
);
COMMENT ON TABLE procedure.draft IS 'distributed by subject_id: filings not yet filed';
GRANT SELECT, INSERT, UPDATE, DELETE ON procedure.draft TO sen_app;

-- The acting body's half: what waits in its inbox. `data` is the body's part of the dossier and no more.
CREATE TABLE procedure.task (
    dossier_id      uuid        NOT NULL,
    member          text        NOT NULL,
    child           smallint    NOT NULL,
    task_id         uuid        NOT NULL,
    body            text        NOT NULL,
    origin          text        NOT NULL,
    code            text        NOT NULL,
    definition      text        NOT NULL,
    version_from    date        NOT NULL,
    state           text        NOT NULL,
    round           smallint    NOT NULL,
    version         integer     NOT NULL,
    people          jsonb       NOT NULL,
    data            jsonb       NOT NULL,
    received_at     timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,
    warn_at         timestamptz NOT NULL,
    warned          smallint    NOT NULL,
    reappointed     boolean     NOT NULL,
    supplements     smallint    NOT NULL,
    asked           jsonb       NOT NULL,
    assignee        uuid,
    decided_by      uuid,
    decided_role    text,
    decided_at      timestamptz,
    replies         jsonb       NOT NULL,
    fault           text,
    ended_at        timestamptz,
    CONSTRAINT task_pk PRIMARY KEY (dossier_id, member, child),
    CONSTRAINT task_state CHECK (state IN
        ('new', 'accepted', 'question', 'performing', 'done', 'refused', 'cancelled'))
);
CREATE INDEX task_by_id ON procedure.task (task_id);
CREATE INDEX task_inbox ON procedure.task (body, due_at) WHERE ended_at IS NULL;
CREATE INDEX task_to_warn ON procedure.task (warn_at) WHERE ended_at IS NULL AND warned < 2;
COMMENT ON TABLE procedure.task IS 'distributed by dossier_id: a step at the body that acts; changed only under its version';
GRANT SELECT, INSERT, UPDATE ON procedure.task TO sen_app;

CREATE TABLE procedure.task_event (
    dossier_id      uuid        NOT NULL,
    event_id        uuid        NOT NULL,
    task_id         uuid        NOT NULL,
    at              timestamptz NOT NULL,
    kind            text        NOT NULL,
    officer         uuid,
    role            text,
    note            text,
    CONSTRAINT task_event_pk PRIMARY KEY (dossier_id, event_id)
);
CREATE INDEX task_event_by_task ON procedure.task_event (task_id, event_id);
COMMENT ON TABLE procedure.task_event IS 'distributed by dossier_id: what officers did with a task, append-only';
GRANT SELECT, INSERT ON procedure.task_event TO sen_app;
