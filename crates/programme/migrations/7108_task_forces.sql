-- The task force that a body has set up for the programme: every one there was; of those of a body the newest counts.
create table programme.task_force (
    body         text        not null,
    force_id     uuid        not null,
    decision     text        not null,
    founded_on   date        not null,
    -- Null: it was dissolved by this decision.
    head         text,
    standing     text        not null,
    recorded_at  timestamptz not null,
    actor        uuid,
    entry_id     uuid        not null,
    constraint task_force_pk primary key (body, force_id),
    constraint task_force_texts check (length(decision) between 1 and 100 and length(head) between 1 and 255
        and length(standing) <= 255)
);
comment on table programme.task_force is 'distributed by body: task forces of the programme; append-only';
comment on column programme.task_force.standing is 'which office does its daily work';
create index task_force_newest on programme.task_force (body, founded_on desc, recorded_at desc);
grant select, insert on programme.task_force to sen_app;
