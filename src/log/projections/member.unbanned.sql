unbanned_member as (
  update standing set banned_until = null, reason = null, seq = placed.seq
  from placed
  where placed.type = 'member.unbanned' and standing.room_id = placed.room_id
    and standing.user_id = placed.data -> 'member' ->> 'id'
)
