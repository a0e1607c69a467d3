-- What was changed, kept as what happened and worded for whoever reads it. `details` holds the words of entries made before.
alter table audit_entries add column changes jsonb not null default '[]'
  constraint audit_entries_changes_is_a_list check (jsonb_typeof(changes) = 'array');

-- A test mail is sent to try the mail server, of which there is one.
alter table audit_entries drop constraint audit_entries_subject_kind_check;
alter table audit_entries add constraint audit_entries_subject_kind_check check (subject_kind in ('user', 'mailing', 'mail_server'));
