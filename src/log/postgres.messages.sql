-- Stores new messages, room by room: all that a room got in this batch, or nothing of it. Tells where they begin in each
-- room that took them; a room that is missing is locked by somebody else, or some of its messages were stored before, or
-- decided on other rights, and the statement that looks at each draft (postgres.append.sql) goes on with it.
-- Nearly all that is ever stored comes this way, so it does the least: it numbers nothing, sorts nothing, and answers with
-- a row per room and one per person who is not called what their message says.
with
given as materialized (
  select * from unnest($1::int[], $2::text[], $3::int[], $4::bigint[], $5::bigint[]) as room (nth, id, count, at, rights)
),
draft as materialized (
  select * from unnest($6::int[], $7::int[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::text[], $13::text[])
    as message (nth, place, id, actor_id, client_id, at, text, reply_to)
),
-- In one order everywhere, so that batches of two processes never wait for each other in a circle.
locked as materialized (
  select room.id from room join given on given.id = room.id
  where given.rights is null or given.rights = room.rights
  order by room.id for no key update of room skip locked
),
repeated as materialized (
  select draft.nth from draft join given on given.nth = draft.nth
  cross join lateral (
    select from event
    where event.client_id = draft.client_id and event.actor_id = draft.actor_id and event.room_id = given.id
    limit 1
  ) as before
),
advanced as (
  update room
  set head = room.head + given.count, last_at = greatest(room.last_at, given.at)
  from locked join given on given.id = locked.id
  where room.id = locked.id and given.nth not in (select nth from repeated)
  returning given.nth, room.id, room.head - given.count as base
),
stored as (
  insert into event (room_id, seq, type, id, actor_id, client_id, at, text, reply_to)
  select
    advanced.id, advanced.base + draft.place, 'message.created', draft.id, draft.actor_id, draft.client_id, draft.at,
    draft.text, draft.reply_to
  from draft join advanced on advanced.nth = draft.nth
),
author as materialized (
  select said.*, person.id as known, person.name as name_now, person.guest as guest_now, person.picture
  from unnest($14::text[], $15::text[], $16::int[]) as said (id, name, guest)
  left join lateral (select * from person where person.id = said.id limit 1) as person on true
),
new_person as (
  insert into person (id, name, guest)
  -- In one order everywhere, as above.
  select id, name, guest from author where known is null order by id
  on conflict (id) do nothing
)
select nth, base, null as id, null as name, null as guest, null as picture from advanced
union all
select null, null, id, name_now, guest_now, picture from author
where known is not null and (name_now <> name or guest_now <> guest or picture is not null)
