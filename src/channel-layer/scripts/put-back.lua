-- A message that was taken for a reader who has gone.
-- KEYS: the queue. ARGV: score, seconds the key lives, member.
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[3])
return redis.call('EXPIRE', KEYS[1], ARGV[2])
