kicked_member as (
  insert into standing (room_id, user_id, role, seq)
  select room_id, data -> 'member' ->> 'id', 'former', seq from placed where type = 'member.kicked'
  on conflict (room_id, user_id) do update set role = excluded.role, seq = excluded.seq
),
uninvited_kicked as (
  delete from invite using placed
  where placed.type = 'member.kicked' and invite.room_id = placed.room_id
    and invite.by_id = placed.data -> 'member' ->> 'id'
)
