muted_person as (
  insert into person (id, name, guest)
  select data -> 'member' ->> 'id', data -> 'member' ->> 'name', coalesce((data -> 'member' ->> 'guest')::boolean, false)::int
  from placed where type = 'member.muted' order by 1
  on conflict (id) do nothing
),
muted_member as (
  insert into standing (room_id, user_id, role, seq, muted_until)
  select
    room_id, data -> 'member' ->> 'id', 'none', seq,
    (extract(epoch from (data ->> 'until')::timestamptz) * 1000)::bigint
  from placed where type = 'member.muted'
  on conflict (room_id, user_id) do update set seq = excluded.seq, muted_until = excluded.muted_until
)
