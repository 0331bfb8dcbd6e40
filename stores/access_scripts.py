"""The Lua of `stores.access_log`: each script is one atomic step of the open sessions' life.

Keys, all under one hash tag, so that a Redis Cluster keeps them together (on one node):

| key | kind | holds |
|---|---|---|
| `T:u:USER` | sorted set | the user's accesses not yet closed: member = event id, U+001F, document; score = time |
| `T:due` | sorted set | user → time of the last access |
| `T:long` | set | users with too many accesses to wait for a gap |
| `T:dirty` | hash | user → how many accesses came behind the watermark since the user's last closing |
| `T:claims` | hash | user → revision of the claim under which a closer works on it |
| `T:leases` | hash | revision → until when (wall clock) that claim holds |
| `T:seen` | hash | source → greatest event time; a source is one partition of one topic |
| `T:moved` | hash | source → when (wall clock) it last brought anything, or was known to have more |
| `T:offsets` | hash | source → offset of its last recorded access |
| `T:watermark`, `T:revision` | strings | what is closed; the number of the last claim |

USER is tenant, U+001F, user. All times are milliseconds since 1970.
"""

TAG = "tidewheel:{accesses}"

RECORD = """
local tag, source, first, last, newest, now = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5]
local watermark = tonumber(redis.call('GET', tag .. ':watermark') or '-1')
local previous = redis.call('HGET', tag .. ':offsets', source)
if first >= 0 and (not previous or first > tonumber(previous) + 1) then
  return cjson.encode({watermark, previous and tonumber(previous) or -1, 0, 1})
end
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
"""
"""ARGV: source, first and last offset, newest time, now, `long`, JSON [[users], [members], [times]].

Refuses, and changes nothing, when the source is not known or ends before the first offset: accesses may have been lost,
and the offset that tells so must stay until that has been looked into. A first offset of -1 asks for no such look.
Adding the same accesses again, or in another order, leaves the same state (LT, GT: the smallest time of an access, the
greatest of a user). Accesses of one user that follow each other are added by one command. Now and then, and when it
brings many at once, a user is looked at for having too many: cheap, and no busy user stays unseen.
Returns JSON [watermark or -1, the source's last offset before or -1, positions of the late accesses or 0, refused].
"""

CLAIM = """
local tag, now, lateness, gap = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local idle_after, idle_close, lease = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local most_users, most_accesses = tonumber(ARGV[7]), tonumber(ARGV[8])
local watermark = tonumber(redis.call('GET', tag .. ':watermark') or '-1')
local moved, seen = redis.call('HGETALL', tag .. ':moved'), {}
local pairs_seen = redis.call('HGETALL', tag .. ':seen')
for i = 1, #pairs_seen, 2 do seen[pairs_seen[i]] = tonumber(pairs_seen[i + 1]) end
local lowest, highest, last_move = nil, -1, -1
for i = 1, #moved, 2 do
  local at, time = tonumber(moved[i + 1]), seen[moved[i]] or -1
  if time > highest then highest = time end
  if at > last_move then last_move = at end
  if now - at < idle_after and (not lowest or time < lowest) then lowest = time end
end
local reached = lowest and lowest - lateness or -1
if not lowest and highest >= 0 and now - last_move >= idle_close then
  reached = math.min(highest + gap, now)
end
if reached > watermark then
  watermark = reached
  redis.call('SET', tag .. ':watermark', string.format('%.0f', watermark))
end
if watermark < 0 then return cjson.encode({-1, 0, 0}) end
local users = redis.call('ZRANGEBYSCORE', tag .. ':due', '-inf', watermark - gap, 'LIMIT', 0, 4 * most_users)
for _, user in ipairs(redis.call('SRANDMEMBER', tag .. ':long', 4)) do
  if tonumber(redis.call('ZSCORE', tag .. ':due', user) or '-1') > watermark - gap then users[#users + 1] = user end
end
if #users == 0 then return cjson.encode({watermark, 0, 0}) end
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
local revision = math.max(tonumber(redis.call('GET', tag .. ':revision') or '0') + 1, now * 1000)
local name, fields = string.format('%.0f', revision), {}
for i, claimed in ipairs(found) do fields[2 * i - 1], fields[2 * i] = claimed[1], name end
redis.call('SET', tag .. ':revision', name)
redis.call('HSET', tag .. ':claims', unpack(fields))
redis.call('HSET', tag .. ':leases', name, string.format('%.0f', now + lease))
return cjson.encode({watermark, name, found})
"""
"""ARGV: now, lateness, gap, idle_after, idle_close, lease, most users, most accesses.

Moves the watermark (it never goes back) and claims users whose last access is a gap behind it, and a few long users.
The watermark is the smallest of the active sources' newest times, less the lateness; a source that was assigned but has
brought nothing yet holds it back until it counts as idle. When no source is active any more and nothing came for
`idle_close`, it goes a gap past the newest time of all, but not past now: then everything is due.
Returns JSON [watermark or -1, revision, [[user, late count, [member, time, ...] or 0], ...] or 0].
"""

FINISH = """
local tag, revision = KEYS[1], ARGV[1]
local users, lates, closed = unpack(cjson.decode(ARGV[2]))
local lost, done, gone, keys, back = 0, {}, {}, {}, {}
local holders = redis.call('HMGET', tag .. ':claims', unpack(users))
local dirty = redis.call('HMGET', tag .. ':dirty', unpack(users))
local newest = redis.call('ZMSCORE', tag .. ':due', unpack(users))
for i, user in ipairs(users) do
  if holders[i] ~= revision then
    redis.call('HINCRBY', tag .. ':dirty', user, 1)
    redis.call('ZADD', tag .. ':due', 'NX', 0, user)
    lost = lost + 1
  else
    done[#done + 1] = user
    if tonumber(dirty[i] or '0') == lates[i] and closed[i] >= 0 then
      if lates[i] > 0 then redis.call('HDEL', tag .. ':dirty', user) end
      if newest[i] and tonumber(newest[i]) > closed[i] then
        redis.call('ZREMRANGEBYSCORE', tag .. ':u:' .. user, '-inf', closed[i])
        local last = redis.call('ZRANGE', tag .. ':u:' .. user, -1, -1, 'WITHSCORES')
        if last[2] then back[#back + 1] = {last[2], user} else gone[#gone + 1] = user end
      else
        gone[#gone + 1], keys[#keys + 1] = user, tag .. ':u:' .. user
      end
    end
  end
end
if #done > 0 then
  redis.call('HDEL', tag .. ':claims', unpack(done))
  redis.call('SREM', tag .. ':long', unpack(done))
end
if #keys > 0 then redis.call('DEL', unpack(keys)) end
if #gone > 0 then redis.call('ZREM', tag .. ':due', unpack(gone)) end
for _, pair in ipairs(back) do redis.call('ZADD', tag .. ':due', pair[1], pair[2]) end
redis.call('HDEL', tag .. ':leases', revision)
return lost
"""
"""ARGV: the claim's revision, JSON [[users], [late counts as claimed], [time up to which is closed, or -1 for none]].

Removes what was closed, unless another late access came since: then the user stays dirty and is claimed again. A user
whose claim has gone to somebody else meanwhile may just have got rows from two closers: it is computed again, at once
or with what is open of it.
Returns how many claims were lost in that way.
"""

RESTORE = """
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
"""
"""ARGV: JSON [[users], [time of the last access], [sources], [last offset], [newest time]], least watermark, now.

Makes these users be computed from the raw rows, and sets back how far the sources were.
"""

FORGET = """
local tag, user = KEYS[1], ARGV[1]
local holder = redis.call('HGET', tag .. ':claims', user)
local until_when = holder and redis.call('HGET', tag .. ':leases', holder)
if until_when and tonumber(until_when) > tonumber(ARGV[2]) then return 0 end
redis.call('ZREM', tag .. ':due', user)
for _, name in ipairs({':dirty', ':claims'}) do redis.call('HDEL', tag .. name, user) end
redis.call('SREM', tag .. ':long', user)
redis.call('DEL', tag .. ':u:' .. user)
return 1
"""
"""ARGV: user, now. Removes everything that is kept of one user and returns 1; returns 0, and removes nothing, while a
closer works on that user: it may write rows of theirs until it finishes or its lease ends."""
