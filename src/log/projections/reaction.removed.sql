removed_reaction as (
  insert into reaction (about, actor_id, emoji, seq, gone)
  select subject, actor_id, data ->> 'emoji', seq, 1 from placed where type = 'reaction.removed'
  on conflict (about, actor_id, emoji) do update set seq = excluded.seq, gone = excluded.gone
)
