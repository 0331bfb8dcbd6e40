-- The loop's own decisions for a tenant, oldest first.
SELECT type, occurred_at, payload FROM learning WHERE tenant = {tenant:String} ORDER BY occurred_at, offset
