-- Which editor keeps the draft: one whose answer was lost on its way goes on with what it has kept, and a message that is saved takes its own
-- draft along and nobody else's.
alter table message_drafts add column writer uuid;
