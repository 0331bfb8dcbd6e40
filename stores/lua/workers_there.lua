-- Learn which workers are there.
--
-- KEYS: the workers, as `workers_beat` keeps them
-- ARGV: nothing
--
-- Returns the workers that count.

local clock = redis.call('TIME')
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. (clock[1] * 1000 + math.floor(clock[2] / 1000)), '+inf')
