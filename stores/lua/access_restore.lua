-- After a loss: have users computed from the raw rows, and set back how far the sources and the watermark were.
--
-- KEYS: tag (key table: stores/access_log.py)
-- ARGV: JSON [[users], [time of the last access], [sources], [last offset], [newest time]], least watermark, now
--
-- Nothing goes back by this.
--
-- Returns the number of users.

local tag = KEYS[1]
local users, times, sources, offsets, newest = unpack(cjson.decode(ARGV[1]))
local function raise(key, field, value)
  if value > tonumber(redis.call('HGET', tag .. key, field) or '-1') then
    redis.call('HSET', tag .. key, field, string.format('%.0f', value))
  end
end
for i = 1, #sources do
  raise(':offsets', sources[i], offsets[i])
  raise(':seen', sources[i], newest[i])
  redis.call('HSETNX', tag .. ':moved', sources[i], ARGV[3])
end
for i = 1, #users do
  redis.call('HINCRBY', tag .. ':dirty', users[i], 1)
  redis.call('ZADD', tag .. ':due', 'GT', times[i], users[i])
end
local floor = tonumber(ARGV[2])
if floor > tonumber(redis.call('GET', tag .. ':watermark') or '-1') then
  redis.call('SET', tag .. ':watermark', ARGV[2])
end
return #users
