joined_person as (
  insert into person (id, name, guest)
  select data -> 'member' ->> 'id', data -> 'member' ->> 'name', coalesce((data -> 'member' ->> 'guest')::boolean, false)::int
  from placed where type = 'member.joined' order by 1
  on conflict (id) do nothing
),
joined_member as (
  insert into standing (room_id, user_id, role, seq)
  select room_id, data -> 'member' ->> 'id', data ->> 'role', seq from placed where type = 'member.joined'
  on conflict (room_id, user_id)
  do update set role = excluded.role, seq = excluded.seq, banned_until = null, reason = null
)
