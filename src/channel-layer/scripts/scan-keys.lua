-- A part of all keys: where the next part begins, and those of this one that match.
-- ARGV: where it begins, pattern, how many keys to look at.
return redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
