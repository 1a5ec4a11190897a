-- Tells every other process of ours that it may have missed something: one entry for each sender, however often.
-- KEYS: leases. ARGV: this process, what the key of a process' inbox begins with, seconds an inbox lives.
local told = 0
for _, process in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if process ~= ARGV[1] then
    local inbox = ARGV[2] .. process
    redis.call('ZADD', inbox, 0, 'missed ' .. ARGV[1])
    redis.call('EXPIRE', inbox, ARGV[3])
    told = told + 1
  end
end
return told
