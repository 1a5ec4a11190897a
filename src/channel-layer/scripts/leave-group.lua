-- KEYS: record of the process, the group. ARGV: the channel.
redis.call('SREM', KEYS[1], KEYS[2] .. '\n' .. ARGV[1])
return redis.call('ZREM', KEYS[2], ARGV[1])
