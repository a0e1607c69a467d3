-- The language of whoever registers becomes their profile's with the confirmation; like name and password it is the token's
-- until then, since somebody else may register the same address meanwhile.
alter table user_tokens
  add column locale text constraint user_tokens_locale_check check (locale in ('en', 'ru'));

-- The last mail to an address is written when its account may be gone.
alter table former_addresses
  add column locale text constraint former_addresses_locale_check check (locale in ('en', 'ru'));
