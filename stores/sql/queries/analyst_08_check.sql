-- Do the windows agree with the raw rows? Distinct searches of each judged window beside the queries its row rests on.
SELECT d.tenant AS tenant, d.window_end AS window_end, any(d.n_window) AS distinct_queries_judged,
       uniqExactIf(s.event_id, s.occurred_at >= d.window_start AND s.occurred_at < d.window_end AND s.model = d.model) AS searches
FROM (SELECT * FROM drift WHERE signal = 'query_drift') AS d INNER JOIN searches AS s ON s.tenant = d.tenant
GROUP BY tenant, window_end ORDER BY tenant, window_end
