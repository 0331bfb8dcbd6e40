-- Raise the watermark and claim users that are due.
--
-- KEYS: tag (key table: stores/access_log.py)
-- ARGV: now, how far time has come by the caller's reckoning or -1, gap, lease, most users, most accesses
--
-- The watermark never goes back: of several callers' reckonings the greatest holds. Due are users whose last access is a
-- gap behind it, and a few users with too many accesses to wait for a gap.
--
-- Returns JSON [watermark or -1, revision, [[user, late count, [member, time, ...] or 0], ...] or 0].

local tag, now, reached, gap = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local lease, most_users, most_accesses = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local watermark = tonumber(redis.call('GET', tag .. ':watermark') or '-1')
if reached > watermark then
  watermark = reached
  redis.call('SET', tag .. ':watermark', string.format('%.0f', watermark))
end
if watermark < 0 then return cjson.encode({-1, 0, 0}) end

-- Four times as many as are wanted: some of them are claimed by other closers.
local users = redis.call('ZRANGEBYSCORE', tag .. ':due', '-inf', watermark - gap, 'LIMIT', 0, 4 * most_users)
-- A long user who is due already is in the list.
for _, user in ipairs(redis.call('SRANDMEMBER', tag .. ':long', 4)) do
  if tonumber(redis.call('ZSCORE', tag .. ':due', user) or '-1') > watermark - gap then users[#users + 1] = user end
end
if #users == 0 then return cjson.encode({watermark, 0, 0}) end

-- Those whom nobody works on, or whose closer's lease is over.
local claims = redis.call('HMGET', tag .. ':claims', unpack(users))
local lates = redis.call('HMGET', tag .. ':dirty', unpack(users))
local until_when, found, count = {}, {}, 0
for i, user in ipairs(users) do
  local holder = claims[i]
  if holder and not until_when[holder] then
    until_when[holder] = tonumber(redis.call('HGET', tag .. ':leases', holder) or '-1')
    if until_when[holder] <= now then redis.call('HDEL', tag .. ':leases', holder) end
  end
  if not holder or until_when[holder] <= now then
    local accesses = redis.call('ZRANGE', tag .. ':u:' .. user, 0, -1, 'WITHSCORES')
    found[#found + 1] = {user, tonumber(lates[i] or '0'), #accesses > 0 and accesses or 0}
    count = count + #accesses / 2
    if #found >= most_users or count >= most_accesses then break end
  end
end
if #found == 0 then return cjson.encode({watermark, 0, 0}) end

-- Revisions grow with the clock, and when it goes back all the same.
local revision = math.max(tonumber(redis.call('GET', tag .. ':revision') or '0') + 1, now * 1000)
local name, fields = string.format('%.0f', revision), {}
for i, claimed in ipairs(found) do fields[2 * i - 1], fields[2 * i] = claimed[1], name end
redis.call('SET', tag .. ':revision', name)
redis.call('HSET', tag .. ':claims', unpack(fields))
redis.call('HSET', tag .. ':leases', name, string.format('%.0f', now + lease))
return cjson.encode({watermark, name, found})
