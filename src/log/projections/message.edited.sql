edited_message as (
  update message
  set text = placed.text, edited_at = placed.at, changed = placed.seq
  from placed
  where placed.type = 'message.edited' and message.no = placed.about and message.deleted_at is null
)
