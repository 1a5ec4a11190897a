created_message as (
  insert into message (no, text, reply_to)
  select about, text, reply_to from placed where type = 'message.created'
)
