-- What a leader asks a body to do about a late dossier, or about itself, and what the body answered. What was asked is
-- never changed; the answer is given once.
create table indicator.assignment (
    assignment_id uuid        not null,
    body          text        not null,
    dossier_id    uuid,
    by_body       text        not null,
    by_account    uuid        not null,
    note          text        not null,
    due_on        date,
    assigned_at   timestamptz not null,
    answer        text,
    answered_by   uuid,
    answered_at   timestamptz,
    constraint assignment_pk primary key (body, assignment_id),
    constraint assignment_body_length check (length(body) between 1 and 100),
    constraint assignment_by_body_length check (length(by_body) between 1 and 100),
    constraint assignment_note_length check (length(note) between 1 and 2000),
    constraint assignment_answer_length check (length(answer) between 1 and 2000)
);
comment on table indicator.assignment is 'distributed by body: what leaders asked a body to do; the answer is set once';
create index assignment_of_body on indicator.assignment (body, assigned_at);
create index assignment_of_dossier on indicator.assignment (dossier_id);
grant select, insert, update on indicator.assignment to sen_app;
