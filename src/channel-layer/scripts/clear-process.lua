-- What a process left behind on this host: its memberships, its queues, its lease. Another one only where its lease has
-- run out: it may have renewed it since somebody found it dead.
-- KEYS: leases, record of the process, its other keys. ARGV: the process, who asks.
if ARGV[1] ~= ARGV[2] then
  local lease = redis.call('ZSCORE', KEYS[1], ARGV[1])
  if lease and tonumber(lease) > tonumber(redis.call('TIME')[1]) then
    return 0
  end
end
for _, entry in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local group, channel = string.match(entry, '^(.*)\n(.*)$')
  redis.pcall('ZREM', group, channel)
end
redis.call('ZREM', KEYS[1], ARGV[1])
for i = 2, #KEYS do
  redis.call('DEL', KEYS[i])
end
return 1
