-- Memberships of one process, made or renewed, and written down for whoever must clear them after its death. Returns the
-- positions of those whose key is something else's.
-- KEYS: record of the process, then groups. ARGV: score, seconds a group lives, then the channel for each group.
local foreign = {}
for i = 2, #KEYS do
  local made = redis.pcall('ZADD', KEYS[i], ARGV[1], ARGV[i + 1])
  if type(made) == 'table' and made.err then
    if not string.find(made.err, 'WRONGTYPE') then
      return made
    end
    foreign[#foreign + 1] = i - 1
  else
    redis.call('EXPIRE', KEYS[i], ARGV[2])
    redis.call('SADD', KEYS[1], KEYS[i] .. '\n' .. ARGV[i + 1])
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return foreign
