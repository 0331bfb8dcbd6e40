-- Note the words of searches and questions that this person used and nobody else: no other person, and no title.
INSERT INTO forgetting (what, tenant, text)
SELECT 'query', tenant,
-- include: query_spaced
    AS said
FROM
(
    SELECT tenant, query, user FROM events
    UNION ALL SELECT tenant, anchor, user FROM pairs
    UNION ALL SELECT tenant, title, '' FROM documents
)
WHERE query != '' AND tenant IN (SELECT tenant FROM forgetting_users)
GROUP BY tenant, said
HAVING min(user IN (SELECT user FROM forgetting_users))
