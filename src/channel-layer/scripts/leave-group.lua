-- KEYS: record of the process, the group. ARGV: the channel.
redis.call('SREM', KEYS[1], KEYS[2] .. '\n' .. ARGV[1])
if redis.call('TYPE', KEYS[2]).ok ~= 'zset' then
  return 0
end
return redis.call('ZREM', KEYS[2], ARGV[1])
