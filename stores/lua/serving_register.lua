-- Note a new collection; nothing changes when its name is taken.
--
-- KEYS: the states, the descriptions
-- ARGV: collection, first state, description
--
-- Returns 1, or 0 when the name is taken.

if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
return 1
