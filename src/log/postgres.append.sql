-- Stores a batch of drafts, and tells the place of each one that is new.
-- One statement, which is its own transaction: no process, however slow or frozen, keeps a room locked between two
-- round trips. A draft that is missing in the answer was stored before, or its room or the message it is about is not
-- there, or it was decided on other rights, or the room is locked by somebody else and was passed over.
-- What is looked up row by row is written as `lateral … limit 1`: one probe of an index each, whatever the planner thinks
-- of tables that grew since it last looked.
with
draft as materialized (
  select given.*, subject.no as subject, subject.seq as subject_seq
  from json_to_recordset($1::json) as given (
    n int, room_id text, type text, id text, actor_id text, client_id text, about_id text, data json, text text,
    reply_to text, at bigint, name text, guest int, rights bigint, raises int
  )
  left join lateral (
    select no, seq from event
    where event.id = given.about_id and event.room_id = given.room_id and event.type = 'message.created'
    limit 1
  ) as subject on true
),
-- In one order everywhere, so that batches of two processes never wait for each other in a circle.
locked as materialized (
  select id, rights from room where id in (select room_id from draft) order by id for no key update skip locked
),
fresh as materialized (
  select draft.*, row_number() over (partition by room_id order by n) as place
  from draft
  left join lateral (
    select true as found from event
    where event.room_id = draft.room_id and event.actor_id = draft.actor_id and event.client_id = draft.client_id
    limit 1
  ) as before on true
  join locked on locked.id = draft.room_id
  -- What was decided on other rights than these is not stored.
  where (draft.rights is null or draft.rights = locked.rights)
    and (about_id is null or subject is not null)
    and before.found is null
),
advanced as (
  update room
  set head = room.head + gain.count, last_at = greatest(room.last_at, gain.at), rights = room.rights + gain.raises
  -- room: what an event of this batch does to the room's own row
  from (select room_id, count(*) as count, max(at) as at, sum(raises) as raises from fresh group by room_id) as gain
  where room.id = gain.room_id
  returning room.id, room.head - gain.count as base
),
-- `subject` is the row, and `subject_seq` the place, of the message that an event changes.
placed as materialized (
  select fresh.*, base + place as seq
  from fresh join advanced on advanced.id = fresh.room_id
),
stored as (
  insert into event (room_id, seq, type, id, actor_id, client_id, about, data, at, text, reply_to)
  select
    room_id, seq, type, id, actor_id, client_id, subject_seq, data, at,
    case type when 'message.created' then text end, reply_to
  from placed
),
new_person as (
  insert into person (id, name, guest)
  -- In one order everywhere, as above.
  select distinct on (actor_id) actor_id, name, guest from placed order by actor_id, n
  on conflict (id) do nothing
)
-- projections: what the types of event in this batch do to the tables that are read
-- A person whom this very statement adds is not yet there for it to read: then it is what the draft says.
select n, seq, coalesce(person.name, placed.name) as name, coalesce(person.guest, placed.guest) as guest, person.picture
from placed
left join lateral (select name, guest, picture from person where person.id = placed.actor_id limit 1) as person on true
