-- A demo worth looking at: two accounts, one in English and one in Russian, with recipients, messages, mailings in every
-- state, and a month of attempts with good and bad ends. Every row has a fixed key (an address, a submission id), so that
-- running this again adds nothing. Nothing leads to anybody: all addresses end in `.example`.

create temporary table demo on commit drop as
  select id as user_id, case email when 'demo@periodical.example' then 'en' else 'ru' end as locale,
         case email when 'demo@periodical.example' then 'Europe/Berlin' else 'Europe/Moscow' end as zone
  from users where email in ('demo@periodical.example', 'demo-ru@periodical.example');

-- Whoever has chosen a language or a zone since keeps it.
update users set locale = coalesce(users.locale, demo.locale), time_zone = coalesce(users.time_zone, demo.zone) from demo where users.id = demo.user_id;

-- ---- Recipients

insert into recipients (user_id, email, full_name, comment)
select demo.user_id,
       lower(first_name) || '.' || lower(last_name) || '@' || company || '.example',
       first_name || ' ' || last_name,
       (array['Met at the spring fair', 'Prefers to be written to in the morning', '', '', ''])[1 + abs(hashtext(first_name || last_name)) % 5]
from demo,
     unnest(array['Anna', 'Boris', 'Clara', 'David', 'Elena', 'Felix', 'Greta', 'Hugo', 'Irina', 'Jonas']) first_name,
     unnest(array['Adler', 'Berg', 'Costa', 'Dahl', 'Evans', 'Fischer', 'Green', 'Hansen', 'Ivanov', 'Jensen',
                  'Keller', 'Lange', 'Meyer', 'Novak', 'Olsen', 'Petrov', 'Quinn', 'Rossi', 'Schmidt', 'Torres']) last_name,
     lateral (select (array['acme', 'globex', 'initech', 'umbrella', 'hooli'])[1 + length(first_name || last_name) % 5] as company) employer
where demo.locale = 'en'
on conflict (user_id, lower(email::text) collate "C") do nothing;

insert into recipients (user_id, email, full_name, comment)
select demo.user_id, name.latin || '@' || company.latin || '.example', name.full_name, company.comment
from demo,
     (values ('a.smirnova', 'Анна Смирнова'), ('p.kuznetsov', 'Пётр Кузнецов'), ('o.popova', 'Ольга Попова'), ('i.vasilev', 'Игорь Васильев'),
             ('e.sokolova', 'Елена Соколова'), ('d.mikhailov', 'Дмитрий Михайлов'), ('m.novikova', 'Мария Новикова'), ('s.fedorov', 'Сергей Фёдоров'),
             ('t.morozova', 'Татьяна Морозова'), ('a.volkov', 'Алексей Волков'), ('n.lebedeva', 'Наталья Лебедева'), ('k.zaitsev', 'Кирилл Зайцев')) name (latin, full_name),
     (values ('romashka', 'Постоянный клиент'), ('veter', ''), ('zarya', 'Познакомились на выставке')) company (latin, comment)
where demo.locale = 'ru'
on conflict (user_id, lower(email::text) collate "C") do nothing;

update recipients set undeliverable_at = date_trunc('day', now()) - interval '25 days' + interval '9 hours 7 seconds',
    undeliverable_reason = '550 5.1.1 no such user here'
from demo
where recipients.user_id = demo.user_id and undeliverable_at is null
  and recipients.full_name in ('Hugo Quinn', 'Irina Berg', 'Felix Lange', 'Кирилл Зайцев') and recipients.email not like '%@veter.example';

update recipients set unsubscribed_at = date_trunc('day', now()) - interval '20 days' + interval '18 hours'
from demo
where recipients.user_id = demo.user_id and unsubscribed_at is null and recipients.full_name in ('Clara Novak', 'Jonas Green')
  and not exists (select from attempts where attempts.user_id = demo.user_id);

-- ---- Messages

insert into messages (user_id, subject, body, submission_id)
select demo.user_id, subject, body, submission_id::uuid
from (values
  ('en', '5eed0000-0000-4000-8000-000000000001', 'Welcome to the autumn catalogue',
   '<h1>The autumn catalogue is here</h1><p>Dear {{ name | "friend" }},</p><p>Sixty pages of warm things, and one page of cold ones:</p><ul><li>Coats and scarves</li><li>Lamps for long evenings</li><li>Ice cream, for those who never stop</li></ul><p><a href="https://shop.example/autumn">Leaf through it</a></p>'),
  ('en', '5eed0000-0000-4000-8000-000000000002', 'Your weekly digest',
   E'Hello {{ name }},\n\nthis week: three new articles, one event and a small discount for early birds.\n\nSee you on Friday!\n\nNo longer of interest? {{ unsubscribe_link }}'),
  ('en', '5eed0000-0000-4000-8000-000000000003', 'Your invoice is ready',
   E'Hello {{ name }},\n\nyour invoice of this month is ready. Please pay it by the 14th.\n\nThank you!'),
  ('en', '5eed0000-0000-4000-8000-000000000004', 'We are closed on the 24th',
   E'Hello {{ name }},\n\nour office is closed on the 24th and opens again on the 27th.'),
  ('en', '5eed0000-0000-4000-8000-000000000005', 'Today in the workshop',
   '<p>Good morning, {{ name }}.</p><p>On the bench today: <strong>bicycle brakes</strong>. At noon there is soup.</p>'),
  ('en', '5eed0000-0000-4000-8000-000000000006', 'Twenty per cent off, today only',
   '<h2>Only today</h2><p>{{ name | "Dear reader" }}, everything with a red label is a fifth cheaper until midnight.</p>'),
  ('ru', '5eed0000-0000-4000-8000-000000000007', 'Новости недели',
   E'Здравствуйте, {{ name }}!\n\nНа этой неделе: три новые статьи, одна встреча и небольшая скидка для тех, кто приходит рано.\n\nОтписаться: {{ unsubscribe_link }}'),
  ('ru', '5eed0000-0000-4000-8000-000000000008', 'Счёт готов',
   E'Здравствуйте, {{ name }}!\n\nВаш счёт за этот месяц готов. Пожалуйста, оплатите его до 14-го числа.\n\nСпасибо!'),
  ('ru', '5eed0000-0000-4000-8000-000000000009', 'С наступающим Новым годом',
   '<h1>С наступающим!</h1><p>{{ name | "Дорогой читатель" }}, спасибо, что этот год вы провели с нами.</p>')
) fixture (locale, submission_id, subject, body)
join demo using (locale)
on conflict on constraint messages_user_id_submission_id_key do nothing;

-- A file that goes with one of them.
insert into attachments (user_id, message_id, name, content_type, size, content)
select m.user_id, m.id, 'price-list.csv', 'text/csv', octet_length(file.content), file.content
from messages m,
  (values (convert_to(E'article,price\nCoat,129.00\nScarf,24.50\nLamp for long evenings,58.00\nIce cream,3.20\n', 'UTF8'))) file (content)
where m.submission_id = '5eed0000-0000-4000-8000-000000000001' and not exists (select from attachments a where a.message_id = m.id);

-- ---- Mailings: created, running, paused, disabled, stopped, completed. Moments are a day and a time of the mailing's zone.

insert into mailings (user_id, name, message_id, all_recipients, starts_at, ends_at, period, time_zone, status, paused_at, disabled_at, disabled_reason,
                      stopped_at, next_run_at, submission_id)
select demo.user_id, fixture.name, messages.id, fixture.all_recipients,
       (today.midnight + fixture.starts) at time zone fixture.time_zone, (today.midnight + fixture.ends) at time zone fixture.time_zone,
       fixture.period, fixture.time_zone, fixture.status,
       case fixture.rest when 'paused' then now() - interval '2 days' end,
       case fixture.rest when 'disabled' then date_trunc('day', now()) - interval '3 days' end,
       case fixture.rest when 'disabled' then 'Readers have complained about daily mail.' end,
       case fixture.rest when 'stopped' then (today.midnight + fixture.starts + interval '40 seconds') at time zone fixture.time_zone end,
       (today.midnight + fixture.next) at time zone fixture.time_zone, keys.submission_id::uuid
from (values
  ('en', '11', '04', 'Holiday notice', true, interval '24 days 9 hours', interval '25 days', 'once', 'Europe/Berlin', 'created', '', interval '24 days 9 hours'),
  ('en', '12', '02', 'Weekly digest', true, interval '-28 days 9 hours', interval '365 days', 'weekly', 'Europe/Berlin', 'running', '', interval '7 days 9 hours'),
  ('en', '13', '03', 'Invoice reminder', false, interval '-30 days 10 hours', interval '365 days', 'monthly', 'America/New_York', 'running', 'paused', interval '1 day 10 hours'),
  ('en', '14', '06', 'Daily offers', true, interval '-8 days 7 hours', interval '60 days', 'daily', 'UTC', 'running', 'disabled', interval '1 day 7 hours'),
  ('en', '15', '01', 'Autumn catalogue', true, interval '-26 days 8 hours', interval '-25 days', 'once', 'Europe/Berlin', 'completed', '', null),
  ('en', '16', '05', 'Workshop bulletin', false, interval '-26 days 7 hours 30 minutes', interval '180 days', 'daily', 'Europe/Berlin', 'running', '', interval '1 day 7 hours 30 minutes'),
  ('en', '17', '06', 'Flash sale', true, interval '-12 days 17 hours', interval '-11 days', 'once', 'Europe/Berlin', 'completed', 'stopped', null),
  ('ru', '18', '07', 'Новости недели', true, interval '-28 days 9 hours', interval '365 days', 'weekly', 'Europe/Moscow', 'running', '', interval '7 days 9 hours'),
  ('ru', '19', '08', 'Счета', false, interval '-27 days 10 hours', interval '365 days', 'monthly', 'Europe/Moscow', 'running', 'paused', interval '3 days 10 hours'),
  ('ru', '1a', '09', 'Новогоднее поздравление', true, interval '33 days 12 hours', interval '35 days', 'once', 'Europe/Moscow', 'created', '', interval '33 days 12 hours'),
  ('ru', '1b', '07', 'Пробная рассылка', true, interval '-21 days 15 hours', interval '-20 days', 'once', 'Europe/Moscow', 'completed', '', null)
) fixture (locale, number, message, name, all_recipients, starts, ends, period, time_zone, status, rest, next)
cross join lateral (select '5eed0000-0000-4000-8000-0000000000' || fixture.number as submission_id, ('5eed0000-0000-4000-8000-0000000000' || fixture.message)::uuid as message_key) keys
cross join lateral (select date_trunc('day', now() at time zone fixture.time_zone) as midnight) today
join demo using (locale)
join messages on messages.user_id = demo.user_id and messages.submission_id = keys.message_key
on conflict on constraint mailings_user_id_submission_id_key do nothing;

insert into mailing_recipients (mailing_id, recipient_id, user_id)
select mailings.id, recipients.id, demo.user_id
from demo
join mailings on mailings.user_id = demo.user_id and mailings.submission_id::text like '5eed0000-%' and not mailings.all_recipients
join recipients on recipients.user_id = demo.user_id and recipients.email like any (array['%@acme.example', '%@romashka.example'])
on conflict do nothing;

-- ---- Attempts: how many runs each mailing has had, and what they were like. Of the digest's runs one waited for its mail
-- server, which was away for six minutes.

create temporary table runs on commit drop as
select mailings.id as mailing_id, mailings.user_id, mailings.message_id, run.key as submission_id, run.mood, run.took,
       ((mailings.starts_at at time zone mailings.time_zone) + run.later) at time zone mailings.time_zone as moment
from demo
join mailings on mailings.user_id = demo.user_id
join lateral (
  select number, fixture.period * number as later,
         ('5eed0000-0000-4000-8000-00000001' || fixture.mailing || lpad(number::text, 2, '0'))::uuid as key,
         case when number = fixture.last and fixture.mood = 'refused' then 'banned' when number = any (fixture.rough) then fixture.mood else 'usual' end as mood,
         case when number = fixture.slow then interval '6 minutes' else interval '2.4 seconds' + number % 3 * interval '0.7 seconds' end as took
  from (values
    ('12', interval '7 days', 3, array[0, 2], 'rough', 1),
    ('13', interval '30 days', 0, array[0], 'rough', null),
    ('14', interval '1 day', 4, array[1, 2, 3, 4], 'refused', null),
    ('15', interval '1 day', 0, array[0], 'rough', null),
    ('16', interval '1 day', 25, array[3, 9, 16, 17], 'rough', 11),
    ('17', interval '1 day', 0, array[0], 'stopped', null),
    ('18', interval '7 days', 3, array[1], 'rough', 2),
    ('19', interval '30 days', 0, array[]::int[], 'rough', null),
    ('1b', interval '1 day', 0, array[0], 'rough', null)
  ) fixture (mailing, period, last, rough, mood, slow), generate_series(0, fixture.last) number
  where mailings.submission_id = ('5eed0000-0000-4000-8000-0000000000' || fixture.mailing)::uuid
) run on true;

insert into attempts (mailing_id, user_id, scheduled_at, trigger, status, started_at, finished_at, message_id, subject, body, submission_id)
select runs.mailing_id, runs.user_id, runs.moment, 'schedule', 'failed', runs.moment, runs.moment + runs.took, messages.id, messages.subject, messages.body,
       runs.submission_id
from runs join messages on messages.id = runs.message_id
on conflict do nothing;

insert into deliveries (attempt_id, number, recipient_id, email, full_name, state, tries, smtp_code, smtp_text, settled_at)
select attempts.id, row_number() over (partition by attempts.id order by recipients.id), recipients.id, recipients.email::text, recipients.full_name,
       outcome.state, outcome.tries, outcome.code, outcome.reply,
       attempts.started_at + (attempts.finished_at - attempts.started_at) * (0.05 + luck.of_1000 * 0.0009)
from runs
join attempts on attempts.mailing_id = runs.mailing_id and attempts.submission_id = runs.submission_id
join mailings on mailings.id = runs.mailing_id
join recipients on recipients.user_id = runs.user_id
  and (mailings.all_recipients or exists (select from mailing_recipients p where p.mailing_id = mailings.id and p.recipient_id = recipients.id))
cross join lateral (select abs(hashtext(runs.submission_id::text || recipients.email::text)) % 1000 as of_1000) luck
join lateral (
  select case
    when recipients.unsubscribed_at < attempts.started_at then 'unsubscribed'
    when recipients.undeliverable_at < attempts.started_at then 'gone'
    when recipients.undeliverable_at is not null then 'nobody'
    when runs.mood = 'stopped' and luck.of_1000 > 430 then 'stopped'
    when runs.mood = 'banned' then 'spam'
    when runs.mood = 'refused' and luck.of_1000 > 150 then 'spam'
    when runs.mood = 'rough' and luck.of_1000 < 22 then 'full'
    when runs.mood = 'rough' and luck.of_1000 < 42 then 'policy'
    when runs.mood = 'rough' and luck.of_1000 < 55 then 'lost'
    when runs.mood = 'rough' and luck.of_1000 < 90 then 'second'
    else 'taken' end as kind
) kind on true
join (values
  ('taken', 'sent', 1::smallint, 250::smallint, '2.0.0 Ok: queued'),
  ('second', 'sent', 2::smallint, 250::smallint, '2.0.0 Ok: queued'),
  ('full', 'failed', 6::smallint, 452::smallint, '4.2.2 The mailbox is over its quota (given up after 6 tries)'),
  ('policy', 'failed', 1::smallint, 550::smallint, '5.7.26 This mail is not authenticated: SPF and DKIM did not pass'),
  ('nobody', 'failed', 1::smallint, 550::smallint, '5.1.1 no such user here'),
  ('spam', 'failed', 1::smallint, 554::smallint, '5.7.1 Message rejected as spam'),
  ('lost', 'unknown', 2::smallint, null, 'no reply to the final dot: the server has closed the connection'),
  ('gone', 'skipped', 0::smallint, null, 'Skipped: this address was refused before: 550 5.1.1 no such user here'),
  ('unsubscribed', 'skipped', 0::smallint, null, 'Skipped: unsubscribed.'),
  ('stopped', 'skipped', 0::smallint, null, 'Skipped: the mailing was stopped before this was sent.')
) outcome (kind, state, tries, code, reply) on outcome.kind = kind.kind
where attempts.total = 0
on conflict do nothing;

insert into slices (attempt_id, number, first_delivery, last_delivery, failed, unknown, skipped)
select d.attempt_id, (d.number - 1) / 500, min(d.number), max(d.number), count(*) filter (where d.state = 'failed'),
       count(*) filter (where d.state = 'unknown'), count(*) filter (where d.state = 'skipped')
from runs
join attempts on attempts.mailing_id = runs.mailing_id and attempts.submission_id = runs.submission_id
join deliveries d on d.attempt_id = attempts.id
group by d.attempt_id, (d.number - 1) / 500
on conflict do nothing;

update attempts set total = figures.total, sent = figures.sent, failed = figures.failed, unknown = figures.unknown, skipped = figures.skipped,
    last_reply = figures.last_reply,
    status = case when figures.failed + figures.unknown = 0 and runs.mood <> 'stopped' then 'succeeded' when figures.sent > 0 then 'partial' else 'failed' end
from runs, lateral (
  select d.attempt_id, count(*) as total, count(*) filter (where state = 'sent') as sent, count(*) filter (where state = 'failed') as failed,
         count(*) filter (where state = 'unknown') as unknown, count(*) filter (where state = 'skipped') as skipped,
         (array_agg(coalesce(smtp_code || ' ', '') || smtp_text order by settled_at desc) filter (where tries > 0))[1] as last_reply
  from deliveries d join attempts a on a.id = d.attempt_id
  where a.mailing_id = runs.mailing_id and a.submission_id = runs.submission_id
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
