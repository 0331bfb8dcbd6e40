-- Say that a worker is there, and learn which are.
--
-- KEYS: the workers, a sorted set of names by until when they count, in milliseconds of this server's clock
-- ARGV: the worker, for how many milliseconds it counts from now
--
-- Returns the workers that count, this one among them.

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return redis.call('ZRANGE', KEYS[1], 0, -1)
