-- Remove what a claim has closed.
--
-- KEYS: tag (key table: stores/access_log.py)
-- ARGV: the claim's revision, JSON [[users], [late counts as claimed], [time up to which is closed, or -1 for none]]
--
-- When another late access came since the claim, the user stays dirty and is claimed again. A user whose claim has gone to
-- somebody else meanwhile may just have got rows from two closers: it is computed again, at once or with what is open of it.
--
-- Returns how many claims were lost in that way.

local tag, revision = KEYS[1], ARGV[1]
local users, lates, closed = unpack(cjson.decode(ARGV[2]))
local lost, done, gone, keys, back = 0, {}, {}, {}, {}
local holders = redis.call('HMGET', tag .. ':claims', unpack(users))
local dirty = redis.call('HMGET', tag .. ':dirty', unpack(users))
local newest = redis.call('ZMSCORE', tag .. ':due', unpack(users))
for i, user in ipairs(users) do
  if holders[i] ~= revision then
    -- Another closer has the user: computed again, at once if nothing else of it is open.
    redis.call('HINCRBY', tag .. ':dirty', user, 1)
    redis.call('ZADD', tag .. ':due', 'NX', 0, user)
    lost = lost + 1
  else
    done[#done + 1] = user
    -- A late access since the claim, or nothing closed: all stays as it is for the next claim.
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
