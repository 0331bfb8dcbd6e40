-- Record a batch of accesses of one source, or only how far the source is.
--
-- KEYS: tag (key table: stores/access_log.py)
-- ARGV: source, first and last offset, newest time, now, `long`, JSON [[users], [members], [times]]
--
-- Refuses, and changes nothing, when the source is not known or ends before the first offset: accesses may have been lost,
-- and the offset that shows it must stay until that has been looked into. A first offset of -1 asks for no such look.
-- Adding the same accesses again, or in another order, leaves the same state (LT, GT: the smallest time of an access, the
-- greatest of a user).
--
-- Returns JSON [watermark or -1, the source's last offset before or -1, positions of the late accesses or 0, refused].

local tag, source, first, last, newest, now = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5]
local watermark = tonumber(redis.call('GET', tag .. ':watermark') or '-1')
local previous = redis.call('HGET', tag .. ':offsets', source)
if first >= 0 and (not previous or first > tonumber(previous) + 1) then
  return cjson.encode({watermark, previous and tonumber(previous) or -1, 0, 1})
end

-- Accesses of one user that follow each other are added by one command, 1,000 at most; `due` by one for many users.
local long, columns = tonumber(ARGV[6]), cjson.decode(ARGV[7])
local users, members, times = columns[1], columns[2], columns[3]
local late, due, own, n, m, groups = {}, {}, {}, 0, 0, 0
local greatest, behind = -1, 0
for i = 1, #users do
  local user, time = users[i], times[i]
  own[n + 1], own[n + 2] = time, members[i]
  n = n + 2
  if time > greatest then greatest = time end
  if time < watermark then
    behind = behind + 1
    late[#late + 1] = i - 1
  end
  if users[i + 1] ~= user or n >= 2000 then
    local key = tag .. ':u:' .. user
    redis.call('ZADD', key, 'LT', unpack(own, 1, n))
    if behind > 0 then redis.call('HINCRBY', tag .. ':dirty', user, behind) end
    -- Now and then, and when it brings many at once, a user is looked at for having too many: cheap, and no busy user stays
    -- unseen.
    groups = groups + 1
    if (groups % 8 == 1 or n > 60) and redis.call('ZCARD', key) > long then
      redis.call('SADD', tag .. ':long', user)
    end
    due[m + 1], due[m + 2] = greatest, user
    m, n, greatest, behind = m + 2, 0, -1, 0
    if m >= 2000 then
      redis.call('ZADD', tag .. ':due', 'GT', unpack(due, 1, m))
      m = 0
    end
  end
end
if m > 0 then redis.call('ZADD', tag .. ':due', 'GT', unpack(due, 1, m)) end

-- How far the source is only ever grows.
if tonumber(newest) > tonumber(redis.call('HGET', tag .. ':seen', source) or '-1') then
  redis.call('HSET', tag .. ':seen', source, newest)
end
if tonumber(now) > tonumber(redis.call('HGET', tag .. ':moved', source) or '-1') then
  redis.call('HSET', tag .. ':moved', source, now)
end
if tonumber(last) > tonumber(previous or '-1') then
  redis.call('HSET', tag .. ':offsets', source, last)
end
return cjson.encode({watermark, previous and tonumber(previous) or -1, #late > 0 and late or 0, 0})
