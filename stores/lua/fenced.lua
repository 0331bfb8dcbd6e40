-- Write, if a lease is still the owner's.
--
-- KEYS: what is written, the lease
-- ARGV: the command, its arguments behind the key, the owner
--
-- Returns what the command returns; an error that begins with LOST, and nothing is written, when the lease is another's.

if redis.call('GET', KEYS[2]) ~= table.remove(ARGV) then return redis.error_reply('LOST the lease') end
local command = table.remove(ARGV, 1)
return redis.call(command, KEYS[1], unpack(ARGV))
