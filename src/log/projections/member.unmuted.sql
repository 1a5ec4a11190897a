unmuted_member as (
  update standing set muted_until = null, seq = placed.seq
  from placed
  where placed.type = 'member.unmuted' and standing.room_id = placed.room_id
    and standing.user_id = placed.data -> 'member' ->> 'id'
)
