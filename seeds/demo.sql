-- A demo account worth looking at: 200 recipients, messages, mailings in every status, attempts with good and bad ends.
-- Every row has a fixed key (an address, a submission id), so that running this again adds nothing.

create temporary table demo on commit drop as select id as user_id from users where email = 'demo@periodical.example';

insert into recipients (user_id, email, full_name, comment)
select demo.user_id,
       lower(first_name) || '.' || lower(last_name) || '@' || company || '.example',
       first_name || ' ' || last_name,
       case when row_number() over (order by last_name, first_name) % 5 = 0 then 'Met at the spring fair' else '' end
from demo,
     unnest(array['Anna', 'Boris', 'Clara', 'David', 'Elena', 'Felix', 'Greta', 'Hugo', 'Irina', 'Jonas']) first_name,
     unnest(array['Adler', 'Berg', 'Costa', 'Dahl', 'Evans', 'Fischer', 'Green', 'Hansen', 'Ivanov', 'Jensen',
                  'Keller', 'Lange', 'Meyer', 'Novak', 'Olsen', 'Petrov', 'Quinn', 'Rossi', 'Schmidt', 'Torres']) last_name,
     lateral (select (array['acme', 'globex', 'initech', 'umbrella', 'hooli'])[1 + length(first_name || last_name) % 5] as company) employer
on conflict on constraint recipients_user_id_email_key do nothing;

update recipients set undeliverable_at = timestamptz '2026-11-01 09:00:07+00', undeliverable_reason = '550 5.1.1 no such user here'
from demo
where recipients.user_id = demo.user_id and undeliverable_at is null and recipients.full_name in ('Hugo Quinn', 'Irina Berg', 'Felix Lange');

insert into messages (user_id, subject, body, submission_id)
select demo.user_id, subject, body, submission_id::uuid
from demo, (values
  ('5eed0000-0000-4000-8000-000000000001', 'Welcome to the autumn catalogue',
   '<h1>The autumn catalogue is here</h1><p>Sixty pages of warm things, and one page of cold ones.</p><ul><li>Coats and scarves</li><li>Lamps for long evenings</li><li>Ice cream, for those who never stop</li></ul><p><a href="https://shop.example/autumn">Leaf through it</a></p>'),
  ('5eed0000-0000-4000-8000-000000000002', 'Your weekly digest',
   E'Hello,\n\nthis week: three new articles, one event and a small discount for early birds.\n\nSee you on Friday!'),
  ('5eed0000-0000-4000-8000-000000000003', 'Invoice reminder',
   E'Hello,\n\nyour invoice of this month is ready. Please pay it by the 14th.\n\nThank you!'),
  ('5eed0000-0000-4000-8000-000000000004', 'We are closed on the 24th',
   E'Hello,\n\nour office is closed on the 24th and opens again on the 27th.')
) fixture (submission_id, subject, body)
on conflict on constraint messages_user_id_submission_id_key do nothing;

-- Mailings: created, running, paused, disabled, completed.
insert into mailings (user_id, name, message_id, all_recipients, starts_at, ends_at, period, time_zone, status, paused_at, disabled_at, disabled_reason, next_run_at, submission_id)
select demo.user_id, fixture.name, messages.id, fixture.all_recipients, fixture.starts_at, fixture.ends_at, fixture.period, fixture.time_zone,
       fixture.status, fixture.paused_at, fixture.disabled_at, fixture.disabled_reason, fixture.next_run_at, fixture.submission_id::uuid
from demo
cross join lateral (values
  ('5eed0000-0000-4000-8000-000000000011', '5eed0000-0000-4000-8000-000000000004', 'Holiday notice', true,
   date_trunc('year', now()) + interval '1 year 8 hours', date_trunc('year', now()) + interval '2 years', 'once', 'Europe/Berlin',
   'created', null::timestamptz, null::timestamptz, null, date_trunc('year', now()) + interval '1 year 8 hours'),
  ('5eed0000-0000-4000-8000-000000000012', '5eed0000-0000-4000-8000-000000000002', 'Weekly digest', true,
   date_trunc('week', now()) - interval '3 weeks' + interval '9 hours', date_trunc('week', now()) + interval '1 year', 'weekly', 'Europe/Moscow',
   'running', null, null, null, date_trunc('week', now()) + interval '1 week 9 hours'),
  ('5eed0000-0000-4000-8000-000000000013', '5eed0000-0000-4000-8000-000000000003', 'Invoice reminder', false,
   date_trunc('month', now()) - interval '1 month' + interval '10 hours', date_trunc('month', now()) + interval '1 year', 'monthly', 'America/New_York',
   'running', now(), null, null, date_trunc('month', now()) + interval '1 month 10 hours'),
  ('5eed0000-0000-4000-8000-000000000014', '5eed0000-0000-4000-8000-000000000001', 'Daily offers', true,
   date_trunc('day', now()) - interval '5 days' + interval '7 hours', date_trunc('day', now()) + interval '60 days', 'daily', 'UTC',
   'running', null, now(), 'Readers have complained about daily mail.', date_trunc('day', now()) + interval '1 day 7 hours'),
  ('5eed0000-0000-4000-8000-000000000015', '5eed0000-0000-4000-8000-000000000001', 'Autumn catalogue', true,
   timestamptz '2026-10-01 06:00:00+00', timestamptz '2026-10-02 06:00:00+00', 'once', 'Europe/Berlin',
   'completed', null, null, null, null::timestamptz)
) fixture (submission_id, message_submission_id, name, all_recipients, starts_at, ends_at, period, time_zone, status, paused_at, disabled_at, disabled_reason, next_run_at)
join messages on messages.user_id = demo.user_id and messages.submission_id = fixture.message_submission_id::uuid
on conflict on constraint mailings_user_id_submission_id_key do nothing;

insert into mailing_recipients (mailing_id, recipient_id, user_id)
select mailings.id, recipients.id, demo.user_id
from demo
join mailings on mailings.user_id = demo.user_id and mailings.submission_id = '5eed0000-0000-4000-8000-000000000013'
join recipients on recipients.user_id = demo.user_id and recipients.email like '%@acme.example'
on conflict do nothing;

-- Attempts: one that everybody got, one that some did not, one that nobody did.
insert into attempts (mailing_id, user_id, scheduled_at, trigger, status, started_at, finished_at, message_id, subject, body, submission_id)
select mailings.id, demo.user_id, mailings.starts_at + fixture.later, 'schedule', fixture.status, mailings.starts_at + fixture.later,
       mailings.starts_at + fixture.later + fixture.took, messages.id, messages.subject, messages.body, fixture.submission_id::uuid
from demo
cross join (values
  ('5eed0000-0000-4000-8000-000000000021', '5eed0000-0000-4000-8000-000000000015', interval '0', interval '3 seconds', 'partial'),
  ('5eed0000-0000-4000-8000-000000000022', '5eed0000-0000-4000-8000-000000000012', interval '0', interval '2 seconds', 'partial'),
  ('5eed0000-0000-4000-8000-000000000023', '5eed0000-0000-4000-8000-000000000012', interval '1 week', interval '2 seconds', 'succeeded'),
  ('5eed0000-0000-4000-8000-000000000024', '5eed0000-0000-4000-8000-000000000012', interval '2 weeks', interval '6 minutes', 'succeeded'),
  ('5eed0000-0000-4000-8000-000000000025', '5eed0000-0000-4000-8000-000000000014', interval '0', interval '1 second', 'failed')
) fixture (submission_id, mailing_submission_id, later, took, status)
join mailings on mailings.user_id = demo.user_id and mailings.submission_id = fixture.mailing_submission_id::uuid
join messages on messages.id = mailings.message_id
on conflict do nothing;

insert into deliveries (attempt_id, number, recipient_id, email, full_name, state, tries, smtp_code, smtp_text, settled_at)
select attempts.id, row_number() over (partition by attempts.id order by recipients.id), recipients.id, recipients.email::text, recipients.full_name, outcome.state, outcome.tries, outcome.code, outcome.reply, attempts.started_at + interval '1 second'
from demo
join attempts on attempts.user_id = demo.user_id and attempts.submission_id::text like '5eed0000-%'
join recipients on recipients.user_id = demo.user_id
cross join lateral (
  select case
    when recipients.undeliverable_at is not null then 'gone'
    when attempts.status = 'failed' then 'refused'
    when attempts.status = 'partial' and recipients.id % 23 = 0 then 'full'
    when attempts.status = 'partial' and recipients.id % 41 = 0 then 'lost'
    else 'taken' end as kind
) kind
join (values
  ('taken', 'sent', 1::smallint, 250::smallint, '2.0.0 Ok: queued'),
  ('full', 'failed', 6::smallint, 452::smallint, '4.2.2 The mailbox is full (given up after 6 tries)'),
  ('lost', 'unknown', 2::smallint, null, 'no reply to the final dot: the server has closed the connection'),
  ('refused', 'failed', 1::smallint, 554::smallint, '5.7.1 Message rejected as spam'),
  ('gone', 'skipped', 0::smallint, null, 'Skipped: this address was refused before: 550 5.1.1 no such user here')
) outcome (kind, state, tries, code, reply) on outcome.kind = kind.kind
on conflict do nothing;

insert into slices (attempt_id, number, first_delivery, last_delivery, failed, unknown, skipped)
select d.attempt_id, (d.number - 1) / 500, min(d.number), max(d.number), count(*) filter (where d.state = 'failed'),
       count(*) filter (where d.state = 'unknown'), count(*) filter (where d.state = 'skipped')
from demo join attempts on attempts.user_id = demo.user_id and attempts.submission_id::text like '5eed0000-%'
join deliveries d on d.attempt_id = attempts.id
group by d.attempt_id, (d.number - 1) / 500
on conflict do nothing;

update attempts set total = figures.total, sent = figures.sent, failed = figures.failed, unknown = figures.unknown, skipped = figures.skipped,
    last_reply = case attempts.status when 'failed' then '554 5.7.1 Message rejected as spam' else '250 2.0.0 Ok: queued' end
from demo, lateral (
  select d.attempt_id, count(*) as total, count(*) filter (where state = 'sent') as sent, count(*) filter (where state = 'failed') as failed,
         count(*) filter (where state = 'unknown') as unknown, count(*) filter (where state = 'skipped') as skipped
  from deliveries d join attempts a on a.id = d.attempt_id
  where a.user_id = demo.user_id and a.submission_id::text like '5eed0000-%'
  group by d.attempt_id
) figures
where attempts.id = figures.attempt_id and attempts.total = 0;

-- What the manager and the administrator have done. An entry that is there already is not made again, and nobody who was
-- unblocked since is blocked anew.
with deeds as (
  insert into audit_entries (done_at, actor_id, actor, action, subject_kind, subject_id, subject, reason, changes)
  select date_trunc('day', now()) - fixture.ago, actor.id, coalesce(actor.email::text, 'shell'), fixture.action, subject.kind, subject.id, subject.name,
         fixture.reason, fixture.changes::jsonb
  from (values
    ('3 weeks'::interval, null, 'create_user', 'admin@periodical.example', '', '[{"what": "roles_given", "roles": ["admin"]}]'),
    ('2 weeks', 'admin@periodical.example', 'change_roles', 'manager@periodical.example', '', '[{"what": "roles_given", "roles": ["manager"]}]'),
    ('3 days', 'manager@periodical.example', 'disable_mailing', 'Daily offers', 'Readers have complained about daily mail.', '[]'),
    ('1 day', 'manager@periodical.example', 'block_user', 'blocked@periodical.example', 'Wrote to 40,000 addresses that had never heard of her.', '[]')
  ) fixture (ago, actor, action, subject, reason, changes)
  join (
    select 'user' as kind, id, email::text as name from users
    union all
    select 'mailing', id, name from mailings where submission_id = '5eed0000-0000-4000-8000-000000000014'
  ) subject on subject.name = fixture.subject
  left join users actor on actor.email = fixture.actor::citext
  where not exists (
    select from audit_entries e where e.subject_kind = subject.kind and e.subject_id = subject.id and e.action = fixture.action
  )
  order by fixture.ago desc
  returning action, subject_id, reason, done_at
)
update users set blocked_at = deeds.done_at, blocked_reason = deeds.reason
from deeds where deeds.action = 'block_user' and users.id = deeds.subject_id;
