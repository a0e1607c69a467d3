-- The roles and what each may do. Loaded at every start; twice gives the same. src/users/rights.rs is what the program
-- goes by, and a test holds this file against it.

insert into roles (name, description) values
  ('manager', 'Watches over the users and their mailings'),
  ('editor', 'Writes and publishes the blog'),
  ('admin', 'Everything a manager and an editor may, and the accounts and roles themselves')
on conflict on constraint roles_pkey do update set description = excluded.description where roles.description <> excluded.description;

insert into rights (name, description) values
  ('view_users', 'See the list of users'),
  ('block_users', 'Block and unblock users, with a reason'),
  ('view_mailings', 'See any mailing and its attempts, without recipients and message bodies'),
  ('disable_mailings', 'Disable and enable any mailing, with a reason'),
  ('edit_blog', 'Write and publish the blog'),
  ('manage_users', 'Create, edit and delete users'),
  ('give_roles', 'Give and take roles'),
  ('read_audit', 'Read the record of what managers and administrators did'),
  ('test_mail_server', 'See where mail goes, and send a test')
on conflict on constraint rights_pkey do update set description = excluded.description where rights.description <> excluded.description;

insert into role_rights (role, right_name) values
  ('manager', 'view_users'), ('manager', 'block_users'), ('manager', 'view_mailings'), ('manager', 'disable_mailings'),
  ('editor', 'edit_blog'),
  ('admin', 'view_users'), ('admin', 'block_users'), ('admin', 'view_mailings'), ('admin', 'disable_mailings'),
  ('admin', 'edit_blog'), ('admin', 'manage_users'), ('admin', 'give_roles'), ('admin', 'read_audit'),
  ('admin', 'test_mail_server')
on conflict on constraint role_rights_pkey do nothing;
