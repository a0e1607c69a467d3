-- As recipient_staging, the shape of temporary tables: rows of an import in the order in which they are stored, one an address. Some
-- thousands a transaction: whoever lists the newest recipients passes each row whose transaction is still open, and a million of them
-- took a page 160 ms.
create table recipient_staging_sorted (
  number    bigint not null constraint recipient_staging_sorted_pkey primary key,
  email     citext not null,
  full_name text not null,
  comment   text not null,
  key       text collate "C" not null
);

alter table recipient_staging drop column key;
