-- The blog: posts, the pictures in them, and who has read them today.

create table posts (
  id           bigint generated always as identity constraint posts_pkey primary key,
  -- The last part of its address.
  slug         text not null constraint posts_slug_key unique
               constraint posts_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 80),
  -- What it is written in.
  language     text not null constraint posts_language_check check (language in ('en', 'ru')),
  title        text not null,
  -- One or two sentences, for lists and search engines.
  summary      text not null,
  -- Markdown, as it was typed.
  content      text not null,
  -- A draft has no date; one with a date that is not published yet waits for it.
  is_published boolean not null default false,
  published_at timestamptz,
  -- Readings, each visitor once a day.
  views        bigint not null default 0,
  author_id    bigint constraint posts_author_id_fkey references users on delete set null,
  created_at   timestamptz not null default now(),
  -- Of the content, not of the views; an editor's form names it, so that nobody overwrites what they have not seen.
  updated_at   timestamptz not null default now(),
  -- What it is about, by the stems of its language: for the posts that are related to another one.
  words        tsvector not null generated always as (
                 setweight(to_tsvector(case language when 'ru' then 'russian'::regconfig else 'english'::regconfig end, title), 'A')
                 || setweight(to_tsvector(case language when 'ru' then 'russian'::regconfig else 'english'::regconfig end, summary), 'B')
               ) stored,
  constraint posts_published_at_check check (not is_published or published_at is not null)
);
create index posts_public_idx on posts (language, published_at desc, id desc) where is_published;
create index posts_author_id_idx on posts (author_id);

-- A picture belongs to a post; its id cannot be guessed, so a draft's is nobody's.
create table post_pictures (
  id         uuid constraint post_pictures_pkey primary key,
  post_id    bigint not null constraint post_pictures_post_id_fkey references posts on delete cascade,
  name       text not null,
  -- What stands for it where it cannot be seen.
  alt        text not null default '',
  created_at timestamptz not null default now()
);
create index post_pictures_post_id_idx on post_pictures (post_id, created_at);

alter table posts add column cover_id uuid constraint posts_cover_id_fkey references post_pictures on delete set null;
create index posts_cover_id_idx on posts (cover_id) where cover_id is not null;

-- Each in two sizes, made anew from what was uploaded.
create table post_picture_files (
  picture_id uuid not null constraint post_picture_files_picture_id_fkey references post_pictures on delete cascade,
  size       text not null constraint post_picture_files_size_check check (size in ('small', 'large')),
  -- Pixels.
  width      integer not null,
  height     integer not null,
  media_type text not null,
  -- SHA-256 of the content: its strong validator.
  digest     bytea not null,
  content    bytea not null,
  constraint post_picture_files_pkey primary key (picture_id, size)
);
-- Compressed already.
alter table post_picture_files alter column content set storage external;

-- Who has read what on which day (UTC): a keyed hash that says nothing of the visitor, kept for two days.
create table post_readings (
  day     date not null,
  post_id bigint not null constraint post_readings_post_id_fkey references posts on delete cascade,
  visitor bytea not null,
  constraint post_readings_pkey primary key (day, post_id, visitor)
);
create index post_readings_post_id_idx on post_readings (post_id);

-- Goes up with every change of what the public reads, in that change's own transaction: what is cached bears the number it was made
-- under, so nothing made before a change is taken for what stands after it.
create table public_version (
  only_row boolean not null default true constraint public_version_pkey primary key constraint public_version_check check (only_row),
  number   bigint not null
);
insert into public_version (number) values (1);
