-- How many channels are in their groups. A key that is something else's is no loss.
-- KEYS: groups. ARGV: the channel for each group.
local found = 0
for i, group in ipairs(KEYS) do
  if redis.pcall('ZSCORE', group, ARGV[i]) then
    found = found + 1
  end
end
return found
