-- The facts that figures are counted from. Counts are in memory and are made anew from here; nothing personal is here.
create schema indicator;
grant usage on schema indicator to sen_app;

-- What is known of a dossier: every event that counts (`history`), and the facts they come to (`facts`; none until it is
-- known what the dossier is).
create table indicator.dossier (
    dossier_id  uuid        not null,
    history     jsonb       not null,
    facts       jsonb,
    -- Of the facts, so that a body's evidence is found.
    body        text,
    received_at timestamptz,
    constraint dossier_pk primary key (dossier_id),
    constraint dossier_body_length check (length(body) between 1 and 100)
);
comment on table indicator.dossier is 'distributed by dossier_id: what is known of each dossier, changed only under its row lock';
create index dossier_of_body on indicator.dossier (body, received_at);
grant select, insert, update on indicator.dossier to sen_app;

create table indicator.petition (
    petition_id uuid        not null,
    body        text        not null,
    received_at timestamptz not null,
    facts       jsonb       not null,
    constraint petition_pk primary key (petition_id),
    constraint petition_body_length check (length(body) between 1 and 100)
);
comment on table indicator.petition is 'distributed by petition_id: what is known of each petition, changed only under its row lock';
create index petition_of_body on indicator.petition (body, received_at);
grant select, insert, update on indicator.petition to sen_app;

-- What a procedure is at a body: from the catalogue.
create table indicator.procedure_at (
    body      text  not null,
    procedure text  not null,
    facts     jsonb not null,
    constraint procedure_at_pk primary key (body, procedure),
    constraint procedure_at_body_length check (length(body) between 1 and 100)
);
comment on table indicator.procedure_at is 'distributed by body: procedures of bodies as the index counts them';
grant select, insert, update on indicator.procedure_at to sen_app;

-- Figures that a body reports, by month (`2026-03`).
create table indicator.given (
    body    text   not null,
    month   text   not null,
    counter text   not null,
    value   bigint not null,
    constraint given_pk primary key (body, month, counter),
    constraint given_body_length check (length(body) between 1 and 100)
);
comment on table indicator.given is 'distributed by body: figures from outside the system';
grant select, insert, update on indicator.given to sen_app;

-- What a citizen thought of a result. The comment is the citizen's own words and goes to the body, never into figures.
create table indicator.rating (
    dossier_id uuid        not null,
    liked      boolean     not null,
    comment    text,
    rated_at   timestamptz not null,
    constraint rating_pk primary key (dossier_id),
    constraint rating_comment_length check (length(comment) between 1 and 2000)
);
comment on table indicator.rating is 'distributed by dossier_id: append-only, one rating for each dossier';
grant select, insert on indicator.rating to sen_app;
