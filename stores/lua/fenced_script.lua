-- Run the script that follows, if a lease is still the owner's.
--
-- KEYS: the script's, the lease
-- ARGV: the script's, the owner
--
-- Returns what the script returns; an error that begins with LOST, and nothing is written, when the lease is another's.

if redis.call('GET', table.remove(KEYS)) ~= table.remove(ARGV) then return redis.error_reply('LOST the lease') end
