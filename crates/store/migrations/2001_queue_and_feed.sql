-- Schema of the store: the job queue and the feed (outbox and changes of registers).
create schema store;
grant usage on schema store to sen_app, sen_eraser;
