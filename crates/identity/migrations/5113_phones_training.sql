-- Phones that codes are sent to, and the codes.

-- The number is encrypted with a key that the database does not hold.
create table identity.phone (
    account_id uuid        not null,
    sealed     bytea       not null,
    kept_at    timestamptz not null,
    constraint phone_pk primary key (account_id),
    constraint phone_account foreign key (account_id) references identity.account (account_id),
    constraint phone_sealed_length check (octet_length(sealed) between 30 and 100)
);
comment on table identity.phone is 'distributed by account_id: phones that codes are sent to';
grant select, insert, update, delete on identity.phone to sen_app;

-- A code that was sent. Six digits: only a keyed hash of them is kept, with a key that the database does not hold.
create table identity.message_code (
    account_id uuid        not null,
    code_id    uuid        not null,
    code_mac   bytea       not null,
    tries      smallint    not null,
    sent_at    timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz,
    constraint message_code_pk primary key (account_id, code_id),
    constraint message_code_mac_is_sha256 check (octet_length(code_mac) = 32)
);
comment on table identity.message_code is 'distributed by account_id: codes sent to phones, gone in a day';
create index message_code_sent_at on identity.message_code (sent_at);
grant select, insert, update, delete on identity.message_code to sen_app;

-- Courses that officers took. Some roles work only with one that is still good.
create table identity.training (
    account_id  uuid        not null,
    course      text        not null,
    on_day      date        not null,
    recorded_at timestamptz not null,
    constraint training_pk primary key (account_id, course, on_day),
    constraint training_account foreign key (account_id) references identity.account (account_id),
    constraint training_course_length check (length(course) between 1 and 100)
);
comment on table identity.training is 'distributed by account_id: courses that officers took';
grant select, insert on identity.training to sen_app;
