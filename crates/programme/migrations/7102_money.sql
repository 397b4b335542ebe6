-- Money for tasks: what was planned, allotted, spent, by body, task and year. Whole đồng.

-- Lines as they were entered; a correction is a line of the other sign.
create table programme.money (
    body       text        not null,
    line_id    uuid        not null,
    -- The task, or the nil UUID for money that is for no single task.
    task_id    uuid        not null,
    year       smallint    not null,
    kind       text        not null,
    amount     bigint      not null,
    -- The decision it rests on.
    basis      text        not null,
    entered_by uuid,
    entered_at timestamptz not null,
    constraint money_pk primary key (body, line_id),
    constraint money_kind_known check (kind in ('plan', 'allotment', 'spending')),
    constraint money_year_sane check (year between 2000 and 2200),
    constraint money_basis_length check (length(basis) between 1 and 500)
);
comment on table programme.money is 'distributed by body: lines of plans, allotments and spending; append-only';
create index money_task on programme.money (body, task_id, year);
grant select, insert on programme.money to sen_app;

-- Their sums, changed with each line under the row's lock: nobody allots more than is planned, or spends more than is
-- allotted, also when two do so at once.
create table programme.budget (
    body      text     not null,
    task_id   uuid     not null,
    year      smallint not null,
    planned   bigint   not null,
    allotted  bigint   not null,
    spent     bigint   not null,
    constraint budget_pk primary key (body, task_id, year),
    constraint budget_plan_not_negative check (planned >= 0),
    constraint budget_allotment_within_plan check (allotted between 0 and planned),
    constraint budget_spending_within_allotment check (spent between 0 and allotted)
);
comment on table programme.budget is 'distributed by body: sums of the lines, by task and year';
grant select, insert, update on programme.budget to sen_app;
