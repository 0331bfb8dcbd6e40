-- Reactions that mean nothing to us, the most used first; an empty tenant means all.
SELECT toString(tenant) AS tenant, reaction, times, people, newest
FROM unknown_reactions
WHERE {tenant:String} = '' OR tenant = {tenant:String}
ORDER BY times DESC, tenant, reaction
LIMIT 20
