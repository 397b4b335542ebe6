-- The log: what was done with whose data, in a Merkle tree that nobody can rub out.
--
-- An entry begins as two rows, written in the transaction of the act itself: its opening (what, who, when; erasable
-- by law) and its pending commitment. The sequencer moves pending commitments into the tree: `entry`, `tile`,
-- `checkpoint`. The application may add to everything and change nothing; it may empty the queue `pending`.
create schema ledger;
grant usage on schema ledger to sen_app, sen_eraser;

-- Partitioned by time, which the entry's id begins with (UUIDv7, RFC 9562): a look-up by id meets one partition.
create table ledger.opening (
    subject_id uuid not null, -- the person; the entry's own id where it is about nobody
    entry_id uuid not null,
    salt bytea not null constraint opening_salt_length check (octet_length(salt) = 32),
    content bytea not null constraint opening_content_length check (octet_length(content) <= 65536), -- RFC 8785 JSON
    constraint opening_identity primary key (subject_id, entry_id)
) partition by range (entry_id);
comment on table ledger.opening is 'distributed by subject_id: append-only, what an entry says; erasable by sen_eraser only';
create index opening_entry_id on ledger.opening (entry_id);

do $$
declare
    begin_year constant integer := 2024;
    end_year constant integer := 2040;
    bounds uuid[];
begin
    for year in begin_year..end_year loop
        select array_agg((lpad(to_hex((extract(epoch from make_timestamptz(y, 1, 1, 0, 0, 0, 'UTC')) * 1000)::bigint), 12, '0')
            || '00000000000000000000')::uuid order by y)
        into bounds from generate_series(year, year + 1) as y;
        execute format('create table ledger.opening_%s partition of ledger.opening for values from (%L) to (%L)',
            year, bounds[1], bounds[2]);
        execute format('comment on table ledger.opening_%s is %L', year, 'distributed by subject_id: append-only, openings of one year');
    end loop;
    create table ledger.opening_other partition of ledger.opening default;
    comment on table ledger.opening_other is 'distributed by subject_id: append-only, openings outside the years above';
end
$$;

-- Beside the opening, so that one statement on one node writes both. Emptied by the sequencer, often: it is vacuumed
-- by the number of dead rows and not by their share.
create table ledger.pending (
    subject_id uuid not null,
    entry_id uuid not null,
    commitment bytea not null constraint pending_commitment_length check (octet_length(commitment) = 32),
    constraint pending_identity primary key (subject_id, entry_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_analyze_scale_factor = 0,
        autovacuum_analyze_threshold = 100000);
comment on table ledger.pending is 'distributed by subject_id: commitments that are not in the tree yet';

create table ledger.entry (
    index bigint not null constraint entry_index_positive check (index >= 0),
    entry_id uuid not null,
    commitment bytea not null constraint entry_commitment_length check (octet_length(commitment) = 32),
    constraint entry_identity primary key (index),
    constraint entry_entry_id_unique unique (entry_id)
);
comment on table ledger.entry is 'local: append-only, the leaves in their order, one log for each node';

-- Full tiles only. Narrower ones are made from `entry` and from the roots of the level below.
create table ledger.tile (
    level smallint not null constraint tile_level_range check (level between 0 and 7),
    n bigint not null constraint tile_n_positive check (n >= 0),
    hashes bytea not null constraint tile_hashes_length check (octet_length(hashes) = 8192),
    root bytea not null constraint tile_root_length check (octet_length(root) = 32),
    constraint tile_identity primary key (level, n)
);
alter table ledger.tile alter column hashes set storage external; -- hashes do not compress
comment on table ledger.tile is 'local: append-only, full tiles of the tree';

create table ledger.checkpoint (
    size bigint not null constraint checkpoint_size_positive check (size >= 0),
    root bytea not null constraint checkpoint_root_length check (octet_length(root) = 32),
    note text not null constraint checkpoint_note_length check (octet_length(note) <= 65536),
    -- The leaf hashes that this checkpoint added behind the last full tile: with them the verifier can name an entry
    -- that was changed after sealing, where otherwise it could name a batch only.
    edge bytea not null constraint checkpoint_edge_length check (octet_length(edge) <= 8160),
    signed_at timestamptz not null,
    constraint checkpoint_identity primary key (size)
);
alter table ledger.checkpoint alter column edge set storage external;
comment on table ledger.checkpoint is 'local: append-only, every signed state of the log';

create table ledger.log_key (
    verifier_key text not null constraint log_key_length check (octet_length(verifier_key) <= 1024),
    since timestamptz not null,
    constraint log_key_identity primary key (verifier_key)
);
comment on table ledger.log_key is 'local: append-only, whose signature the checkpoints carry';

-- Which entry allows which opening to be missing.
create table ledger.erasure (
    entry_id uuid not null,
    erased_by uuid not null, -- the entry that says so
    constraint erasure_identity primary key (entry_id),
    constraint erasure_not_itself check (entry_id <> erased_by)
);
comment on table ledger.erasure is 'distributed by entry_id: append-only, openings that were erased by law';
create index erasure_erased_by on ledger.erasure (erased_by);

grant select, insert on ledger.opening, ledger.entry, ledger.tile, ledger.checkpoint, ledger.log_key to sen_app;
grant select, insert, delete on ledger.pending to sen_app;
grant select on ledger.erasure to sen_app;

grant select, insert, delete on ledger.opening to sen_eraser;
grant select, insert on ledger.pending, ledger.erasure to sen_eraser;
grant select on ledger.entry, ledger.checkpoint, ledger.log_key to sen_eraser;
