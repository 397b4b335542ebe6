-- The registers. Nothing here is ever changed or deleted: a version closes its predecessor by existing.

CREATE SCHEMA register;
COMMENT ON SCHEMA register IS 'Versioned records of the registers, and the side tables that find them.';
GRANT USAGE ON SCHEMA register TO sen_app;

-- One version of one record.
-- On a valid day v, as recorded by r, a record is in the state of the newest version recorded by r whose
-- [valid_from, valid_until) covers v; where that version is an annulment, there is no record on v.
CREATE TABLE register.record (
    subject_id  uuid        NOT NULL,
    record_id   uuid        NOT NULL,
    version     integer     NOT NULL,
    register    text        NOT NULL,
    kind        text        NOT NULL,
    valid_from  date        NOT NULL,
    valid_until date,
    body        jsonb       NOT NULL,
    recorded_at timestamptz NOT NULL,
    -- The item of the change feed that announces this version: its position is what "as recorded at" means.
    -- A bulk load announces a whole batch by one item.
    change_id   uuid        NOT NULL,
    -- On whose account it was written: the consumer body, the case where there is one, and the legal basis of the pass.
    written_for text        NOT NULL,
    case_id     uuid,
    basis       text        NOT NULL,
    CONSTRAINT record_pk PRIMARY KEY (subject_id, record_id, version),
    CONSTRAINT record_version_positive CHECK (version >= 1),
    CONSTRAINT record_kind_known CHECK (kind IN ('put', 'amend', 'annul')),
    CONSTRAINT record_put_is_first CHECK ((kind = 'put') = (version = 1)),
    CONSTRAINT record_validity_not_empty CHECK (valid_until IS NULL OR valid_until > valid_from)
);
COMMENT ON TABLE register.record IS 'distributed by subject_id: append-only; every version of every record of every register';

-- Values that only one record of a register may bear (personal number, registration number, birth notice).
-- A value is taken by inserting its next turn: of two takers one inserts, the other sees the row. A turn without a
-- record gives the value back, which only keys declared so ever do; a personal number never is.
CREATE TABLE register.unique_value (
    value      text        NOT NULL,
    key        text        NOT NULL,
    turn       integer     NOT NULL,
    subject_id uuid,
    record_id  uuid,
    taken_at   timestamptz NOT NULL,
    CONSTRAINT unique_value_pk PRIMARY KEY (value, key, turn),
    CONSTRAINT unique_value_turn_positive CHECK (turn >= 1),
    CONSTRAINT unique_value_bearer_whole CHECK ((subject_id IS NULL) = (record_id IS NULL))
);
COMMENT ON TABLE register.unique_value IS
    'distributed by value: append-only; which record bears a value that is unique over everybody; key is register/key';

-- Which records name a subject: the way back along links. A row says that some version named it; readers look at
-- the record's state to learn whether it still does.
CREATE TABLE register.link (
    target_id  uuid NOT NULL,
    link       text NOT NULL,
    subject_id uuid NOT NULL,
    record_id  uuid NOT NULL,
    CONSTRAINT link_pk PRIMARY KEY (target_id, link, subject_id, record_id)
);
COMMENT ON TABLE register.link IS 'distributed by target_id: append-only; records that name a subject; link is register/link';

-- Search by name, never by name alone for ordinary readers. A row says that some version bore the name; readers look
-- at the record's state to learn whether it still does.
CREATE TABLE register.name_index (
    name_folded text     NOT NULL,
    birth_year  smallint NOT NULL,
    register    text     NOT NULL,
    subject_id  uuid     NOT NULL,
    record_id   uuid     NOT NULL,
    CONSTRAINT name_index_pk PRIMARY KEY (name_folded, birth_year, register, record_id)
);
COMMENT ON TABLE register.name_index IS
    'distributed by name_folded: append-only; who bore a name without marks and a year of birth';

-- Blocks of consecutive numbers (registration numbers of a commune and year) leased to a process. Block b of a series
-- with blocks of s numbers is b*s+1 … (b+1)*s. A process that dies leaves a gap.
CREATE TABLE register.series_block (
    series    text        NOT NULL,
    block     integer     NOT NULL,
    leased_at timestamptz NOT NULL,
    CONSTRAINT series_block_pk PRIMARY KEY (series, block),
    CONSTRAINT series_block_not_negative CHECK (block >= 0)
);
COMMENT ON TABLE register.series_block IS 'distributed by series: append-only; leased blocks of consecutive numbers';

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA register TO sen_app;
