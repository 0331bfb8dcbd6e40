-- Extend a lease that is still the owner's.
--
-- KEYS: the lease
-- ARGV: owner, time to live in milliseconds
--
-- Returns 1, or 0 when it is not the owner's any more.

return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2]) or 0
