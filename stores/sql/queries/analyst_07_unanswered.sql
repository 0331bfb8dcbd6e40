-- Which questions of the newest window led to no opening, the most asked first?
SELECT s.tenant AS tenant, lowerUTF8(s.query) AS question, uniqExact(s.event_id) AS asked, uniqExact(s.user) AS people
FROM searches AS s INNER JOIN (SELECT tenant, max(window_end) AS until, max(window_start) AS since FROM drift GROUP BY tenant) AS w
    ON s.tenant = w.tenant
WHERE s.occurred_at >= w.since AND s.occurred_at < w.until
  AND (s.tenant, s.search) NOT IN (SELECT tenant, search FROM clicks)
  AND (s.tenant, s.search) NOT IN (SELECT tenant, answer FROM citation_clicks)
GROUP BY tenant, question ORDER BY asked DESC, question LIMIT 20
