-- Rows of these tables live for moments. Their dead rows are swept after some thousands, not after a share of the table, so
-- that looking for the first live row stays quick however much has passed through.
alter table store.job set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
alter table store.feed_pending set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
