-- A tenant's decisions, newest first, as they were sent.
SELECT payload FROM learning WHERE tenant = {tenant:String} ORDER BY occurred_at DESC, offset DESC LIMIT {limit:UInt32}
