-- The bytes of files that reports rest on, by their hash: the same file twice lies here once for each body.
create table programme.evidence_file (
    body      text        not null,
    file_hash bytea       not null,
    bytes     bytea       not null,
    kept_at   timestamptz not null,
    constraint evidence_file_pk primary key (body, file_hash),
    constraint evidence_file_hash_is_sha256 check (octet_length(file_hash) = 32),
    constraint evidence_file_size check (octet_length(bytes) <= 2097152)
);
comment on table programme.evidence_file is 'distributed by body: files that reports rest on; append-only';
grant select, insert on programme.evidence_file to sen_app;
