-- Found by webhook alone: beside a key over ids alone the planner may read what was sent to everybody to find the little that was
-- sent to one.
alter table webhook_deliveries drop constraint webhook_deliveries_pkey, add constraint webhook_deliveries_pkey primary key (webhook_id, id);
drop index webhook_deliveries_webhook_id_idx;
