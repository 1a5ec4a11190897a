-- The channels of a group whose membership is still good.
-- KEYS: the group. ARGV: oldest score to keep.
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, ARGV[1])
return redis.call('ZRANGE', KEYS[1], 0, -1)
