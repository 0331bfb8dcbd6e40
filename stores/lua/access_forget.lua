-- Remove everything that is kept of one user.
--
-- KEYS: tag (key table: stores/access_log.py)
-- ARGV: user, now
--
-- Returns 1; or 0, and removes nothing, while a closer works on that user: it may write rows of theirs until it finishes or
-- its lease ends.

local tag, user = KEYS[1], ARGV[1]
local holder = redis.call('HGET', tag .. ':claims', user)
local until_when = holder and redis.call('HGET', tag .. ':leases', holder)
if until_when and tonumber(until_when) > tonumber(ARGV[2]) then return 0 end
redis.call('ZREM', tag .. ':due', user)
for _, name in ipairs({':dirty', ':claims'}) do redis.call('HDEL', tag .. name, user) end
redis.call('SREM', tag .. ':long', user)
redis.call('DEL', tag .. ':u:' .. user)
return 1
