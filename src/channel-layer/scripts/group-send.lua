-- A message to many queues, each with bytes of its own. Returns the positions of those that were full.
-- KEYS: queues. ARGV: score, oldest score to keep, seconds a key lives, then capacity and member of each queue.
local full = {}
for i, queue in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', queue, 0, ARGV[2])
  if redis.call('ZCARD', queue) < tonumber(ARGV[2 + 2 * i]) then
    redis.call('ZADD', queue, ARGV[1], ARGV[3 + 2 * i])
    redis.call('EXPIRE', queue, ARGV[3])
  else
    full[#full + 1] = i
  end
end
return full
