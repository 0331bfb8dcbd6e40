-- Take tokens out of a bucket.
--
-- KEYS: the bucket, a hash of `left` tokens and the instant `at`, in milliseconds of this server's clock
-- ARGV: tokens wanted, tokens needed at least, tokens that arrive in a second, tokens that it holds at most
--
-- Returns how many were given, 0 when there are not those needed, and in how many milliseconds there will be.

local wanted, least = tonumber(ARGV[1]), tonumber(ARGV[2])
local per_s, most = tonumber(ARGV[3]), tonumber(ARGV[4])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local held = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(held[1]) or most
local since = math.max(0, now - (tonumber(held[2]) or now))
left = math.min(most, left + since * per_s / 1000)
local given = 0
if left >= least then
  given = math.floor(math.min(wanted, left))
  left = left - given
end
redis.call('HSET', KEYS[1], 'left', left, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(1000 * (most - left) / per_s) + 1000)
return {given, math.ceil(1000 * math.max(0, least - left) / per_s)}
