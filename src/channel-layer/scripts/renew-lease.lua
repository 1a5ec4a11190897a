-- This process lives, by the clock of Redis. Returns 1 where its lease had not run out (else its memberships may have
-- been cleared), then the processes whose lease has.
-- KEYS: leases. ARGV: this process, seconds of the lease.
local now = tonumber(redis.call('TIME')[1])
local before = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 100)
table.insert(dead, 1, before and tonumber(before) > now and 1 or 0)
return dead
