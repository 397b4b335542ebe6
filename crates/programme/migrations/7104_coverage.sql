-- Which villages have fibre, mobile signal and power: what was said of each, on which day, by whom. The newest counts.
create table programme.coverage (
    commune     text             not null,
    village     text             not null,
    as_of       date             not null,
    row_id      uuid             not null,
    -- Null: not known.
    fibre       boolean,
    signal      boolean,
    power       boolean,
    latitude    double precision,
    longitude   double precision,
    source      text             not null,
    imported_at timestamptz      not null,
    constraint coverage_pk primary key (commune, village, as_of, row_id),
    constraint coverage_village_length check (length(village) between 1 and 255),
    constraint coverage_on_earth check (latitude between -90 and 90 and longitude between -180 and 180),
    constraint coverage_place_whole check ((latitude is null) = (longitude is null))
);
comment on table programme.coverage is 'distributed by commune: coverage of villages as it was said; append-only';
grant select, insert on programme.coverage to sen_app;
