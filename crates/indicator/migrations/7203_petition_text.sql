-- Petitions as they were written: phản ánh, kiến nghị. What the index counts of them stands in indicator.petition.
create table indicator.petition_text (
    petition_id  uuid        not null,
    code         text        not null,
    subject_id   uuid        not null,
    body         text        not null,
    text         text        not null,
    dossier_id   uuid,
    dossier_code text,
    repeats      uuid,
    state        text        not null,
    about        text,
    public_text  text,
    answer       text,
    received_at  timestamptz not null,
    refused_at   timestamptz,
    asked_at     timestamptz,
    supplied_at  timestamptz,
    answered_at  timestamptz,
    published_at timestamptz,
    liked        boolean,
    repeated     boolean     not null default false,
    constraint petition_text_pk primary key (petition_id),
    constraint petition_text_body_length check (length(body) between 1 and 100),
    constraint petition_text_text_length check (length(text) between 1 and 4000),
    constraint petition_text_public_length check (length(public_text) between 1 and 4000),
    constraint petition_text_answer_length check (length(answer) between 1 and 4000),
    constraint petition_text_state check (state in ('received', 'asked', 'refused', 'answered', 'published')),
    constraint petition_text_about check (about in ('regulation', 'conduct', 'other'))
);
comment on table indicator.petition_text is 'distributed by petition_id: petitions as written, changed only under their row lock; personal';
create index petition_text_of_subject on indicator.petition_text (subject_id, received_at);
create index petition_text_of_body on indicator.petition_text (body, received_at);
create index petition_text_published on indicator.petition_text (published_at) where state = 'published';
grant select, insert, update on indicator.petition_text to sen_app;

create table indicator.petition_step (
    petition_id uuid        not null,
    number      smallint    not null,
    kind        text        not null,
    note        text,
    body        text,
    account_id  uuid,
    at          timestamptz not null,
    constraint petition_step_pk primary key (petition_id, number),
    constraint petition_step_of foreign key (petition_id) references indicator.petition_text,
    constraint petition_step_note_length check (length(note) between 1 and 4000)
);
comment on table indicator.petition_step is 'distributed by petition_id: what was done with a petition, one after the other; never changed';
grant select, insert on indicator.petition_step to sen_app;
