-- The job queue. A job exists exactly when the transaction that enqueued it committed; it is deleted when it is done,
-- so the table stays as small as the work that waits.
create schema store;
grant usage on schema store to sen_app;

create table store.job (
    id          uuid        not null,
    -- Order of enqueueing, for jobs that are due at one instant.
    seq         bigint      generated always as identity,
    kind        text        not null,
    -- At most one unfinished job of a kind has this key.
    key         text,
    -- Identifiers only: what a dead letter shows must not be personal.
    payload     jsonb       not null,
    enqueued_at timestamptz not null,
    -- When it may be taken: the time wanted, the end of the back-off, or, once taken, the end of the lease.
    due_at      timestamptz not null,
    attempts    int         not null default 0,
    -- Who has it. Only that holder may settle it, so a worker that lost its lease changes nothing.
    lease       uuid,
    constraint job_pk primary key (id),
    constraint job_kind_length check (length(kind) between 1 and 100),
    constraint job_key_length check (length(key) between 1 and 200)
);
comment on table store.job is 'local: the queue of this node';
create unique index job_unfinished_key on store.job (kind, key) where key is not null;
create index job_due on store.job (due_at, seq);
grant select, insert, update, delete on store.job to sen_app;

-- Jobs that failed for good. An operator sees them and may put them back.
create table store.dead_job (
    id          uuid        not null,
    seq         bigint      generated always as identity,
    kind        text        not null,
    key         text,
    payload     jsonb       not null,
    enqueued_at timestamptz not null,
    attempts    int         not null,
    failed_at   timestamptz not null,
    -- Stable code of the last failure, such as EXC0001.
    problem     text        not null,
    constraint dead_job_pk primary key (id)
);
comment on table store.dead_job is 'local: the queue of this node';
create index dead_job_seq on store.dead_job (seq);
grant select, insert, delete on store.dead_job to sen_app;
