-- The national catalogue of procedures. Nothing personal. Small, and read by every page: a copy on each node.
create schema catalogue;
grant usage on schema catalogue to sen_app;

-- A file that was imported.
create table catalogue.import (
    import_id   uuid        not null,
    file_name   text        not null,
    sha256      bytea       not null,
    -- The day whose state the file shows.
    as_of       date        not null,
    -- Whether what is missing in the file has ended.
    complete    boolean     not null,
    entries     int         not null,
    added       int         not null,
    changed     int         not null,
    ended       int         not null,
    imported_at timestamptz not null,
    constraint import_pk primary key (import_id),
    constraint import_same_once unique (sha256, as_of, complete),
    constraint import_sha256_length check (octet_length(sha256) = 32),
    constraint import_name_length check (length(file_name) between 1 and 255)
);
comment on table catalogue.import is 'reference: files of the catalogue that were imported; append-only';
grant select, insert on catalogue.import to sen_app;

-- What a file said of a procedure where it said something else than the one before.
create table catalogue.version (
    code      text    not null,
    version   int     not null,
    import_id uuid    not null,
    as_of     date    not null,
    -- The procedure was missing in a complete file: content is what was said last.
    ended     boolean not null,
    content   jsonb   not null,
    constraint version_pk primary key (code, version),
    constraint version_of_import foreign key (import_id) references catalogue.import (import_id),
    constraint version_number check (version >= 1),
    constraint version_code_length check (length(code) between 8 and 30)
);
comment on table catalogue.version is 'reference: versions of the entries of the catalogue; append-only';
create index version_import on catalogue.version (import_id);
grant select, insert on catalogue.version to sen_app;
