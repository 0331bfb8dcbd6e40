-- Say that a tenant's lists are whole, unless they were lost, or begun to be filled anew, since this filling began.
--
-- KEYS: the tenant's lists (key table: stores/access_lists.py)
-- ARGV: what the filling wrote when it began, what says that the lists are whole
--
-- Returns whether they are whole now.

if redis.call('HGET', KEYS[1], '') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], '', ARGV[2])
return 1
