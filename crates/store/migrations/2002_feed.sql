-- The feed: one mechanism for the outbox and for the change feeds of registers. A row is appended in the business
-- transaction without a position; the sequencer gives positions to what has committed. So positions appear in order,
-- and a reader that has read up to n never finds a late commit below n.

create table store.feed_pending (
    id          uuid        not null,
    seq         bigint      generated always as identity,
    feed        text        not null,
    subject     uuid        not null,
    kind        text        not null,
    payload     jsonb       not null,
    recorded_at timestamptz not null,
    constraint feed_pending_pk primary key (id),
    constraint feed_pending_feed_length check (length(feed) between 1 and 100),
    constraint feed_pending_kind_length check (length(kind) between 1 and 100)
);
comment on table store.feed_pending is 'local: what has committed and has no position yet';
create index feed_pending_seq on store.feed_pending (seq);
grant select, insert, delete on store.feed_pending to sen_app;

create table store.feed_item (
    feed        text        not null,
    -- 1, 2, 3, … without gaps within a feed.
    pos         bigint      not null,
    id          uuid        not null,
    subject     uuid        not null,
    kind        text        not null,
    payload     jsonb       not null,
    recorded_at timestamptz not null,
    constraint feed_item_pk primary key (feed, pos),
    constraint feed_item_pos_positive check (pos > 0)
);
comment on table store.feed_item is 'local: positions are given on one node';
create unique index feed_item_id on store.feed_item (id);
grant select, insert on store.feed_item to sen_app;

-- One row for each batch that the sequencer gave positions to: which position a feed had reached at which time.
create table store.feed_batch (
    feed         text        not null,
    last_pos     bigint      not null,
    -- Never earlier than that of the batch before.
    sequenced_at timestamptz not null,
    constraint feed_batch_pk primary key (feed, last_pos)
);
comment on table store.feed_batch is 'local: positions are given on one node';
create index feed_batch_time on store.feed_batch (feed, sequenced_at, last_pos);
grant select, insert on store.feed_batch to sen_app;

-- How far a consumer has come.
create table store.feed_cursor (
    consumer text   not null,
    feed     text   not null,
    pos      bigint not null,
    constraint feed_cursor_pk primary key (consumer, feed),
    constraint feed_cursor_consumer_length check (length(consumer) between 1 and 100)
);
comment on table store.feed_cursor is 'local: beside the feed it reads';
grant select, insert, update on store.feed_cursor to sen_app;
