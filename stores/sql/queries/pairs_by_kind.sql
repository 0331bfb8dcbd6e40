-- The training pairs of a tenant that hold now, by kind.
SELECT toString(kind) AS kind, count() AS pairs, round(sum(weight), 1) AS weight, max(occurred_at) AS newest
FROM live_pairs WHERE tenant = {tenant:String}
GROUP BY kind ORDER BY pairs DESC, kind
