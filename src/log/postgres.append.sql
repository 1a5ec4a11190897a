-- Stores a batch of drafts, and tells the place of each one that is new.
-- One statement, which is its own transaction: no process, however slow or frozen, keeps a room locked between two
-- round trips. A draft that is missing in the answer was stored before, or its room or the message it is about is not
-- there, or the room is locked by somebody else and was passed over.
with
draft as materialized (
  select given.*, subject.no as changes
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::text[], $11::int[], $12::text[])
    with ordinality as given (room_id, type, id, actor_id, client_id, data, reply_to, at, text, name, guest, about_id, n)
  left join event as subject
    on subject.id = given.about_id and subject.room_id = given.room_id and subject.type = 'message.created'
),
-- In one order everywhere, so that batches of two processes never wait for each other in a circle.
locked as materialized (
  select id from room where id in (select room_id from draft) order by id for no key update skip locked
),
fresh as materialized (
  select draft.*, row_number() over (partition by room_id order by n) as place
  from draft
  where room_id = any (array(select id from locked))
    and (about_id is null or changes is not null)
    and not exists (
      select from event
      where event.room_id = draft.room_id and event.actor_id = draft.actor_id and event.client_id = draft.client_id
    )
    -- Twice in one batch: the first counts.
    and not exists (
      select from draft as earlier
      where earlier.n < draft.n
        and earlier.room_id = draft.room_id and earlier.actor_id = draft.actor_id and earlier.client_id = draft.client_id
    )
),
advanced as (
  update room
  set head = room.head + gain.count, last_at = greatest(room.last_at, gain.at)
  from (select room_id, count(*) as count, max(at) as at from fresh group by room_id) as gain
  where room.id = gain.room_id
  returning room.id, room.head - gain.count as base
),
stored as (
  insert into event (room_id, seq, type, id, actor_id, client_id, about, data, at)
  select room_id, base + place, type, fresh.id, actor_id, client_id, changes, data::json, at
  from fresh join advanced on advanced.id = fresh.room_id
  returning id, no, seq
),
-- `about` is the number of the message that an event creates or changes.
placed as materialized (
  select fresh.*, seq, coalesce(changes, no) as about from fresh join stored on stored.id = fresh.id
),
new_person as (
  insert into person (id, name, guest)
  -- In one order everywhere, as above.
  select distinct on (actor_id) actor_id, name, guest from placed order by actor_id, n
  on conflict (id) do nothing
),
-- projections: what the types of event in this batch do to the tables that are read
-- A person whom this very statement adds is not yet there for it to read: then it is what the draft says.
select placed.id, seq, coalesce(person.name, placed.name) as name, coalesce(person.guest, placed.guest) as guest
from placed
left join person on person.id = placed.actor_id
