deleted_message as (
  update message
  set text = '', edited_at = null, deleted_at = placed.at, changed = placed.seq
  from placed
  where placed.type = 'message.deleted' and message.no = placed.about and message.deleted_at is null
),
deleted_reaction as (
  delete from reaction
  using placed
  where placed.type = 'message.deleted' and reaction.about = placed.about
)
