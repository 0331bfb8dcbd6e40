-- Put documents' current access lists, each unless one of a later event is there.
--
-- KEYS: the tenant's lists (key table: stores/access_lists.py)
-- ARGV: document, entry, document, entry, ...; an entry begins with its revision
--
-- Revisions have one width, so that the greater text is the later one.
--
-- Returns how many were put.

local width, put = 64, 0
for i = 1, #ARGV, 2 do
  local there = redis.call('HGET', KEYS[1], ARGV[i])
  if not there or string.sub(ARGV[i + 1], 1, width) > string.sub(there, 1, width) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    put = put + 1
  end
end
return put
