-- Take a free lease.
--
-- KEYS: the lease, its fencing counter
-- ARGV: owner, time to live in milliseconds
--
-- Returns the fencing token, which grows with every acquisition; 0 while somebody holds the lease.

if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local fence = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return fence
