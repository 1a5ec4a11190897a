-- Makes memberships of one process young again where it still has them; never a new one. Returns how many it has. A key
-- that is something else's is no loss.
-- KEYS: groups. ARGV: score, seconds a group lives, then the channel for each group.
local found = 0
for i, group in ipairs(KEYS) do
  local member = redis.pcall('ZSCORE', group, ARGV[i + 2])
  if member then
    found = found + 1
  end
  if type(member) == 'string' then
    redis.call('ZADD', group, 'XX', ARGV[1], ARGV[i + 2])
    redis.call('EXPIRE', group, ARGV[2])
  end
end
return found
