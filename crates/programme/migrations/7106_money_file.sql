-- Files of lines that were taken: the same file again changes nothing.
create table programme.money_file (
    body      text        not null,
    file_hash bytea       not null,
    lines     int         not null,
    taken_by  uuid,
    taken_at  timestamptz not null,
    constraint money_file_pk primary key (body, file_hash),
    constraint money_file_hash_is_sha256 check (octet_length(file_hash) = 32)
);
comment on table programme.money_file is 'distributed by body: files of lines of money that were taken; append-only';
grant select, insert on programme.money_file to sen_app;
