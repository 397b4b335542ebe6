-- Directives and their tasks. What a directive says lives in versions that are never changed; who owes what, and how far it
-- is, lives with the body that owes it. Every change is an event here and an entry of the ledger.
create schema programme;
grant usage on schema programme to sen_app;

-- A directive is known by its number and day. Its steering body decides on what is reported.
create table programme.directive (
    directive_id  uuid        not null,
    number        text        not null,
    issued_on     date        not null,
    steering_body text        not null,
    created_at    timestamptz not null,
    constraint directive_pk primary key (directive_id),
    constraint directive_number_once unique (number, issued_on),
    constraint directive_number_length check (length(number) between 1 and 100)
);
comment on table programme.directive is 'reference: directives, few and read everywhere';
grant select, insert, update on programme.directive to sen_app;

-- Every file that was read in. The same file again changes nothing and leaves no row.
create table programme.reading (
    directive_id uuid        not null,
    reading_id   uuid        not null,
    file_hash    bytea       not null,
    layout       text        not null,
    -- The document it came with, where it amends the directive.
    basis        text,
    doubts       jsonb       not null,
    left_over    jsonb       not null,
    tasks        int         not null,
    read_at      timestamptz not null,
    constraint reading_pk primary key (directive_id, reading_id),
    constraint reading_file_once unique (directive_id, file_hash),
    constraint reading_directive foreign key (directive_id) references programme.directive (directive_id),
    constraint reading_hash_is_sha256 check (octet_length(file_hash) = 32)
);
comment on table programme.reading is 'reference: files read in, with what was doubtful and what belonged to no task; append-only';
grant select, insert on programme.reading to sen_app;

-- A task by its place. `copy` tells two with one number apart.
create table programme.task (
    task_id      uuid     not null,
    directive_id uuid     not null,
    section      text     not null,
    number       text     not null,
    copy         smallint not null,
    position     int      not null,
    -- The version in force; raised with each new one, under the row's lock.
    version      int      not null,
    constraint task_pk primary key (task_id),
    constraint task_place_once unique (directive_id, section, number, copy),
    constraint task_directive foreign key (directive_id) references programme.directive (directive_id)
);
comment on table programme.task is 'reference: tasks of directives, few and read everywhere';
grant select, insert, update on programme.task to sen_app;

-- What a task says, word for word, and what the reader made of it.
create table programme.task_version (
    task_id       uuid        not null,
    version       int         not null,
    section_title text        not null,
    content       text        not null,
    product       text        not null,
    deadline_kind text        not null,
    due_from      date,
    -- Last day on time, itself included; none: never late.
    due_until     date,
    deadline_text text        not null,
    stages        jsonb       not null,
    lead          jsonb       not null,
    support       jsonb       not null,
    doubts        jsonb       not null,
    -- SHA-256 over what the directive says: the same again is no new version.
    said_hash     bytea       not null,
    -- The document that made this version: the directive, or what amended it.
    basis         text        not null,
    made_at       timestamptz not null,
    constraint task_version_pk primary key (task_id, version),
    constraint task_version_task foreign key (task_id) references programme.task (task_id),
    constraint task_version_hash_is_sha256 check (octet_length(said_hash) = 32)
);
comment on table programme.task_version is 'reference: versions of tasks; append-only';
grant select, insert on programme.task_version to sen_app;

-- One task, many obligors, each with its own state.
create table programme.obligor (
    body        text        not null,
    task_id     uuid        not null,
    -- lead or support. Only a lead is ever late.
    part        text        not null,
    -- assigned, reported (says it is done), returned, done, moved (to a successor), dropped.
    state       text        not null,
    -- Percent, as last reported.
    progress    smallint    not null,
    due_until   date,
    -- The day on which the body was meant: that of the directive, or of its assignment.
    told_on     date        not null,
    -- Who gave the task and decides on its reports: the steering body, or the body that handed its part down.
    given_by    text        not null,
    -- The body whose part this was before a merger.
    from_body   text,
    -- What the platform measures for this task itself, and the figure at which it is done.
    measure     text,
    target      double precision,
    version     int         not null,
    assigned_at timestamptz not null,
    reported_at timestamptz,
    ended_at    timestamptz,
    ended_on    date,
    constraint obligor_pk primary key (body, task_id),
    constraint obligor_task foreign key (task_id) references programme.task (task_id),
    constraint obligor_part_known check (part in ('lead', 'support')),
    constraint obligor_state_known check (state in ('assigned', 'reported', 'returned', 'done', 'moved', 'dropped')),
    constraint obligor_progress_percent check (progress between 0 and 100),
    constraint obligor_body_length check (length(body) between 1 and 100),
    constraint obligor_ended check ((state in ('done', 'moved', 'dropped')) = (ended_at is not null)),
    constraint obligor_ended_on check ((ended_at is null) = (ended_on is null))
);
comment on table programme.obligor is 'distributed by body: who owes a task, and how far it is';
create index obligor_task on programme.obligor (task_id);
create index obligor_open_by_due on programme.obligor (due_until) where ended_at is null and part = 'lead';
grant select, insert, update on programme.obligor to sen_app;

create table programme.report (
    body      text        not null,
    report_id uuid        not null,
    task_id   uuid        not null,
    -- The order of a body's reports on a task: the obligor's version.
    seq       int         not null,
    progress  smallint    not null,
    says_done boolean     not null,
    note      text        not null,
    made_by   uuid,
    made_at   timestamptz not null,
    constraint report_pk primary key (body, report_id),
    constraint report_obligor foreign key (body, task_id) references programme.obligor (body, task_id),
    constraint report_progress_percent check (progress between 0 and 100),
    constraint report_note_length check (length(note) <= 10000)
);
comment on table programme.report is 'distributed by body: what bodies say of their tasks; append-only';
create index report_task on programme.report (body, task_id, seq);
grant select, insert on programme.report to sen_app;

-- What a report rests on: a file (kept elsewhere, known here by its hash), a figure, a page, or what the platform measured.
create table programme.evidence (
    body      text             not null,
    report_id uuid             not null,
    position  smallint         not null,
    kind      text             not null,
    name      text             not null,
    file_hash bytea,
    file_size bigint,
    figure    double precision,
    unit      text,
    link      text,
    as_of     date,
    constraint evidence_pk primary key (body, report_id, position),
    constraint evidence_report foreign key (body, report_id) references programme.report (body, report_id),
    constraint evidence_kind_known check (kind in ('file', 'figure', 'link', 'measured')),
    constraint evidence_name_length check (length(name) between 1 and 500),
    constraint evidence_hash_is_sha256 check (octet_length(file_hash) = 32),
    constraint evidence_has_its_value check (case kind
        when 'file' then file_hash is not null
        when 'link' then link is not null
        else figure is not null end)
);
comment on table programme.evidence is 'distributed by body: what reports rest on; append-only';
grant select, insert on programme.evidence to sen_app;

create table programme.decision (
    body       text        not null,
    report_id  uuid        not null,
    task_id    uuid        not null,
    decided_as text        not null,
    approved   boolean     not null,
    reason     text        not null,
    decided_by uuid,
    decided_at timestamptz not null,
    constraint decision_pk primary key (body, report_id),
    constraint decision_report foreign key (body, report_id) references programme.report (body, report_id),
    constraint decision_return_has_reason check (approved or length(reason) > 0),
    constraint decision_reason_length check (length(reason) <= 10000)
);
comment on table programme.decision is 'distributed by body: what the body that gave a task said of a report, once; append-only';
grant select, insert on programme.decision to sen_app;

-- One reminder of a kind for a task and a deadline; somebody who chases by hand can do so once a day.
create table programme.reminder (
    body      text        not null,
    task_id   uuid        not null,
    kind      text        not null,
    due_until date        not null,
    day       date        not null,
    sent_at   timestamptz not null,
    constraint reminder_pk primary key (body, task_id, kind, due_until, day),
    constraint reminder_obligor foreign key (body, task_id) references programme.obligor (body, task_id),
    constraint reminder_kind_known check (kind in ('soon', 'late', 'by-hand'))
);
comment on table programme.reminder is 'distributed by body: reminders sent; append-only';
create index reminder_day on programme.reminder (body, day);
grant select, insert on programme.reminder to sen_app;

-- What happened to a task. `entry_id` names the entry of the ledger that says the same and cannot be rubbed out.
create table programme.event (
    task_id  uuid        not null,
    event_id uuid        not null,
    body     text,
    kind     text        not null,
    detail   jsonb       not null,
    acted_as text        not null,
    actor    uuid,
    at       timestamptz not null,
    entry_id uuid        not null,
    constraint event_pk primary key (task_id, event_id)
);
comment on table programme.event is 'distributed by task_id: the history of tasks; append-only';
grant select, insert on programme.event to sen_app;
