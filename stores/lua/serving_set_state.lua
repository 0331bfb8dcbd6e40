-- Move one collection's state if it is in the expected one.
--
-- KEYS: the states
-- ARGV: collection, state that it must be in, state that it gets
--
-- Returns the state that it was in: the expected one when it moved.

local state = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if state ~= ARGV[2] then return state end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return ARGV[2]
