-- Extracts of a whole register. Their people are too many for a line each: the ledger has one line that says how many
-- there were, and everybody's own access log is led to that line by this list.
CREATE TABLE exchange.extract (
    entry_id uuid        NOT NULL,             -- the line in the ledger
    taken_at timestamptz NOT NULL,
    consumer text        NOT NULL,
    provider text        NOT NULL,
    service  text        NOT NULL,
    CONSTRAINT extract_pk PRIMARY KEY (entry_id)
);
COMMENT ON TABLE exchange.extract IS 'distributed by entry_id: few rows, written one by one, read newest first; append-only';
GRANT SELECT, INSERT ON exchange.extract TO sen_app;
