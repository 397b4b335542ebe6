//! The lint finds each fault that is planted, and nothing in what the store itself has.

use store::{lint, testing};

/// A sound table of each kind, to plant faults beside.
const SOUND: &str = "
create schema good;
create table good.unit (code text, constraint unit_pk primary key (code));
comment on table good.unit is 'reference: units';
create table good.record (subject uuid, id uuid, unit text not null, born timestamptz not null,
    constraint record_pk primary key (subject, id),
    constraint record_unit foreign key (unit) references good.unit (code));
comment on table good.record is 'distributed by subject: append-only records';
grant select, insert on good.record to sen_app;
create table good.part (subject uuid, id uuid, record uuid, n bigint generated always as identity,
    constraint part_pk primary key (subject, id),
    constraint part_record foreign key (subject, record) references good.record (subject, id),
    constraint part_once unique (record, subject));
comment on table good.part is 'distributed by subject: parts';
create table good.queue (id uuid, constraint queue_pk primary key (id));
comment on table good.queue is 'local: a queue';
";

/// A fault, and what the lint must say about it (several findings parted by `|`).
const FAULTS: &[(&str, &str)] = &[
    ("create table good.x (id uuid, constraint x_pk primary key (id))", "the comment must begin with"),
    (
        "create table good.x (id uuid, constraint x_pk primary key (id));
             comment on table good.x is 'distributed by somebody'",
        "the comment must begin with",
    ),
    (
        "create table good.x (id uuid, constraint x_pk primary key (id));
             comment on table good.x is 'distributed by subject: x'",
        "there is no column subject",
    ),
    (
        "create table good.x (id uuid, subject uuid, constraint x_pk primary key (id, subject));
             comment on table good.x is 'distributed by subject: x'",
        "subject must be first in the primary key",
    ),
    (
        "create table good.x (subject uuid); comment on table good.x is 'distributed by subject: x'",
        "good.x: has no primary key|good.x: subject must be not null",
    ),
    ("alter table good.part add constraint part_record_once unique (record)", "part_record_once must contain subject"),
    ("create unique index part_record_once on good.part (record) where n > 3", "part_record_once must contain subject"),
    ("create unique index part_inc on good.part (record) include (subject)", "part_inc must contain subject"),
    (
        "alter table good.part add constraint part_excl_n exclude using btree (n with =)",
        "part_excl_n must contain subject",
    ),
    (
        "alter table good.part add column queue uuid,
                add constraint part_queue foreign key (queue) references good.queue (id)",
        "part_queue to good.queue: a distributed table cannot refer to a local one",
    ),
    (
        "create table good.x (subject uuid, id uuid, parent uuid, grandparent uuid,
                constraint x_pk primary key (subject, id),
                constraint x_parent foreign key (parent, grandparent) references good.record (subject, id));
             comment on table good.x is 'distributed by subject: x'",
        "x_parent to good.record: it must pair the columns",
    ),
    (
        "alter table good.queue add column s uuid, add column r uuid,
                add constraint queue_record foreign key (s, r) references good.record (subject, id)",
        "only a distributed table can refer to a distributed one",
    ),
    (
        "alter table good.part add column small int generated always as identity",
        "good.part.small: an identity must be bigint",
    ),
    ("alter table good.part add column small serial", "good.part.small: an identity must be bigint"),
    ("alter table good.part add column at timestamp", "good.part.at: a time must be timestamptz"),
    ("alter table good.part add column at timestamptz default now()", "good.part.at: time and randomness"),
    ("alter table good.part add column other uuid default gen_random_uuid()", "good.part.other: time and randomness"),
    (
        "create function good.f() returns trigger language plpgsql as 'begin return new; end';
             create trigger watch before insert on good.part for each row execute function good.f()",
        "trigger watch",
    ),
    ("create rule quiet as on delete to good.part do instead nothing", "rule quiet"),
    (
        "create unlogged table good.x (id uuid, constraint x_pk primary key (id));
          comment on table good.x is 'local: x'",
        "an unlogged table",
    ),
    (
        "create table good.x (constraint x_pk primary key (id)) inherits (good.queue);
          comment on table good.x is 'local: x'",
        "inherits from good.queue",
    ),
    (
        "create function good.f() returns text language sql as 'select set_config(''a.b'', ''c'', true)'",
        "good.f(): calls set_config",
    ),
    ("alter table good.part add unique (subject, n)", "part_subject_n_key has the name that PostgreSQL made up"),
    ("alter table good.part add check (n > 0)", "has the name that PostgreSQL made up"),
    ("grant select on good.part to public", "everybody may select"),
    ("grant truncate on good.part to sen_app", "sen_app may truncate"),
    ("grant update on good.record to sen_app", "is append-only, and sen_app may update"),
    ("grant delete on good.record to sen_app", "is append-only, and sen_app may delete"),
    ("grant update (born) on good.record to sen_app", "is append-only, and sen_app may update born"),
];

#[tokio::test]
async fn the_store_keeps_the_rules() {
    let test = testing::database("store", &[]).await;
    assert_eq!(lint::catalogue(&test.owner).await.unwrap(), Vec::<String>::new());
    let tables = lint::tables(&test.owner).await.unwrap();
    let expected = ["dead_job", "feed_batch", "feed_cursor", "feed_item", "feed_pending", "job"];
    assert_eq!(tables, expected.map(|table| format!("store.{table} local")));
}

#[tokio::test]
async fn each_planted_fault_is_found_and_nothing_else() {
    let test = testing::database("store", &[]).await;
    sqlx::raw_sql(SOUND).execute(&test.owner).await.unwrap();
    assert_eq!(lint::catalogue(&test.owner).await.unwrap(), Vec::<String>::new(), "the sound tables are sound");
    for (fault, expected) in FAULTS {
        let test = testing::database("store", &[]).await;
        sqlx::raw_sql(SOUND).execute(&test.owner).await.unwrap();
        sqlx::raw_sql(*fault).execute(&test.owner).await.unwrap();
        let found = lint::catalogue(&test.owner).await.unwrap();
        let expected: Vec<&str> = expected.split('|').collect();
        assert_eq!(found.len(), expected.len(), "{fault}\n{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{fault}\n{found}");
        }
    }
}
