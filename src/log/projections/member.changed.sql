changed_member as (
  update standing set role = placed.data ->> 'role', seq = placed.seq
  from placed
  where placed.type = 'member.changed' and standing.room_id = placed.room_id
    and standing.user_id = placed.data -> 'member' ->> 'id'
),
uninvited_changed as (
  delete from invite using placed
  where placed.type = 'member.changed' and placed.data ->> 'role' = 'member' and invite.room_id = placed.room_id
    and invite.by_id = placed.data -> 'member' ->> 'id'
)
