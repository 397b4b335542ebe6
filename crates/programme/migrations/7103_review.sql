-- Legal documents under review: which must change, who drafts, what others said, where it stands.
create table programme.legal_document (
    document_id uuid        not null,
    number      text        not null,
    title       text        not null,
    -- Who has to change it.
    lead        text        not null,
    -- What has to change.
    finding     text        not null,
    state       text        not null,
    version     int         not null,
    listed_at   timestamptz not null,
    constraint legal_document_pk primary key (document_id),
    constraint legal_document_number_once unique (number),
    constraint legal_document_state_known check (state in
        ('listed', 'reviewing', 'drafting', 'consulting', 'submitted', 'issued', 'kept', 'dropped')),
    constraint legal_document_texts check (length(number) between 1 and 100 and length(title) between 1 and 1000
        and length(finding) <= 10000)
);
comment on table programme.legal_document is 'reference: documents under review, few and read everywhere';
grant select, insert, update on programme.legal_document to sen_app;

-- Everything that happened to one: states, drafts (known by their hash), opinions of bodies, tasks that it serves.
create table programme.legal_step (
    document_id uuid        not null,
    step_id     uuid        not null,
    seq         int         not null,
    kind        text        not null,
    state       text,
    body        text        not null,
    note        text        not null,
    file_hash   bytea,
    task_id     uuid,
    actor       uuid,
    at          timestamptz not null,
    entry_id    uuid        not null,
    constraint legal_step_pk primary key (document_id, step_id),
    constraint legal_step_kind_known check (kind in ('listed', 'moved', 'draft', 'opinion', 'task')),
    constraint legal_step_note_length check (length(note) <= 20000),
    constraint legal_step_hash_is_sha256 check (octet_length(file_hash) = 32)
);
comment on table programme.legal_step is 'distributed by document_id: what happened to documents under review; append-only';
grant select, insert on programme.legal_step to sen_app;
