-- Further columns of the one update of the room's row: a statement may touch a row once.
,
title = coalesce(
  (select data ->> 'title' from fresh where fresh.room_id = room.id and type = 'room.updated'), room.title
),
topic = coalesce(
  (select data ->> 'topic' from fresh where fresh.room_id = room.id and type = 'room.updated'), room.topic
),
slow_mode_s = coalesce(
  (select (data ->> 'slowModeSeconds')::int from fresh where fresh.room_id = room.id and type = 'room.updated'),
  room.slow_mode_s
),
archived_at = case
  (select (data ->> 'archived')::boolean from fresh where fresh.room_id = room.id and type = 'room.updated')
  when true then coalesce(room.archived_at, gain.at)
  when false then null
  else room.archived_at
end
