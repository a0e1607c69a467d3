-- Recipients by name, whatever its capitals. By e-mail they are in the order of the index that keeps addresses unique.
create index recipients_name_idx on recipients (user_id, lower(full_name), id);

-- The mailings that recipients can be added to, newest first, found without those that go to all.
create index mailings_picking_idx on mailings (user_id, id desc) where not all_recipients;
