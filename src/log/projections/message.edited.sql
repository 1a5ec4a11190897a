edited_message as (
  update event
  set text = placed.text, edited_at = placed.at, changed = placed.seq
  from placed
  where placed.type = 'message.edited' and event.room_id = placed.room_id and event.seq = placed.subject_seq
    and event.deleted_at is null
)
