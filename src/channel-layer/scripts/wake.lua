-- Ends this process' own wait, so that it waits on other keys.
-- KEYS: its inbox. ARGV: seconds an inbox lives.
redis.call('ZADD', KEYS[1], 0, 'wake')
return redis.call('EXPIRE', KEYS[1], ARGV[1])
