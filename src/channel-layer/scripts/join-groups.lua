-- Memberships of one process, made or renewed, and written down for whoever must clear them after its death.
-- KEYS: record of the process, then groups. ARGV: score, seconds a group lives, then the channel for each group.
for i = 2, #KEYS do
  redis.call('ZADD', KEYS[i], ARGV[1], ARGV[i + 1])
  redis.call('EXPIRE', KEYS[i], ARGV[2])
  redis.call('SADD', KEYS[1], KEYS[i] .. '\n' .. ARGV[i + 1])
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return #KEYS - 1
