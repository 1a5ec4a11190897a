banned_person as (
  insert into person (id, name, guest)
  select data -> 'member' ->> 'id', data -> 'member' ->> 'name', coalesce((data -> 'member' ->> 'guest')::boolean, false)::int
  from placed where type = 'member.banned' order by 1
  on conflict (id) do nothing
),
banned_member as (
  insert into standing (room_id, user_id, role, seq, banned_until, reason)
  select
    room_id, data -> 'member' ->> 'id', 'none', seq,
    -- For good: the last moment that a date can name.
    coalesce((extract(epoch from (data ->> 'until')::timestamptz) * 1000)::bigint, 8640000000000000),
    data ->> 'reason'
  from placed where type = 'member.banned'
  on conflict (room_id, user_id) do update set
    role = case standing.role when 'none' then 'none' else 'former' end,
    seq = excluded.seq, banned_until = excluded.banned_until, reason = excluded.reason
),
uninvited_banned as (
  delete from invite using placed
  where placed.type = 'member.banned' and invite.room_id = placed.room_id
    and invite.by_id = placed.data -> 'member' ->> 'id'
)
