-- Replace a tenant's serving record and move collections' states, or refuse and change nothing.
--
-- KEYS: the record, the states, the tenants that have a record, the outbox of events
-- ARGV: version that must be live (0 = none), new record, tenant, event id or '', event,
--       then per collection: name, state that it must be in, state that it gets
--
-- Returns '' when it is done, else why not.

local current = redis.call('GET', KEYS[1])
local version = current and cjson.decode(current)['version'] or 0
if version ~= tonumber(ARGV[1]) then return 'the serving record is at version ' .. version .. ', not ' .. ARGV[1] end
for i = 6, #ARGV, 3 do
  local state = redis.call('HGET', KEYS[2], ARGV[i]) or ''
  if state ~= ARGV[i + 1] then return ARGV[i] .. ' is ' .. state .. ', not ' .. ARGV[i + 1] end
end
for i = 6, #ARGV, 3 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 2]) end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('SADD', KEYS[3], ARGV[3])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[4], ARGV[4], ARGV[5]) end
return ''
