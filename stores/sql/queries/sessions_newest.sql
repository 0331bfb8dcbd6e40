-- How many sessions of a tenant there are, how long they are, and when the newest ended.
SELECT count() AS sessions, uniqExact(user) AS people, ifNotFinite(avg(accesses), 0) AS accesses, max(ended_at) AS newest
FROM live_sessions WHERE tenant = {tenant:String}
