deleted_message as (
  update event
  set text = '', edited_at = null, deleted_at = placed.at, changed = placed.seq
  from placed
  where placed.type = 'message.deleted' and event.room_id = placed.room_id and event.seq = placed.subject_seq
    and event.deleted_at is null
),
deleted_reaction as (
  delete from reaction
  using placed
  where placed.type = 'message.deleted' and reaction.about = placed.subject
)
