-- Which documents that changed since the newest judged window began are opened most?
SELECT c.tenant AS tenant, c.document AS document, any(n.title) AS title, max(n.updated_at) AS changed_at, uniqExact(c.event_id) AS openings
FROM openings AS c
INNER JOIN current_documents AS n ON n.tenant = c.tenant AND n.document = c.document
INNER JOIN (SELECT tenant, max(window_start) AS since FROM drift GROUP BY tenant) AS w ON w.tenant = c.tenant
WHERE n.updated_at >= w.since GROUP BY tenant, document ORDER BY openings DESC, document LIMIT 20
