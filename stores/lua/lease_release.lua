-- Give a lease back that is still the owner's.
--
-- KEYS: the lease
-- ARGV: owner
--
-- Returns 1, or 0 when it is not the owner's any more.

return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0
