-- How many channels are in their groups.
-- KEYS: groups. ARGV: the channel for each group.
local found = 0
for i, group in ipairs(KEYS) do
  if redis.call('ZSCORE', group, ARGV[i]) then
    found = found + 1
  end
end
return found
