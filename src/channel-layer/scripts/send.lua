-- One message to one queue, as channels_redis' send() does in four steps: 1, or 0 where the queue is full.
-- KEYS: the queue. ARGV: score, oldest score to keep, seconds the key lives, capacity, member.
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, ARGV[2])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then
  return 0
end
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[5])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
