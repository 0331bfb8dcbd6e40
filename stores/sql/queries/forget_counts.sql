-- What is kept of the person in `forgetting`, by table and kind.
SELECT kept_in, what, rows
FROM
(
    SELECT 'events' AS kept_in, toString(topic) AS what, count() AS rows FROM events
    WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
    GROUP BY topic
    UNION ALL
    SELECT 'events', 'author of a document', count() FROM events
    WHERE topic = 'documents.changes' AND tenant IN (SELECT tenant FROM forgetting_users)
      AND JSONExtractString(payload, 'author') IN (SELECT user FROM forgetting_users)
    HAVING count() > 0
    UNION ALL
    SELECT 'documents', 'author', count() FROM documents
    WHERE tenant IN (SELECT tenant FROM forgetting_users) AND author IN (SELECT user FROM forgetting_users)
    HAVING count() > 0
    UNION ALL
    SELECT 'sessions', if(withdrawn, 'withdrawn', 'session'), count() FROM sessions
    WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
    GROUP BY withdrawn
    UNION ALL
    SELECT 'pairs', toString(kind), count() FROM pairs
    WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
    GROUP BY kind
    UNION ALL
    SELECT 'late_accesses', toString(topic), count() FROM late_accesses
    WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
    GROUP BY topic
    UNION ALL
    SELECT 'document_people', 'opened', count() FROM document_people
    WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
    HAVING count() > 0
    UNION ALL
    SELECT 'query_clicks', 'clicked', count() FROM query_clicks
    WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
    HAVING count() > 0
    UNION ALL
    SELECT 'drift_samples', 'searches of a reference', count() FROM drift_samples
    WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
    HAVING count() > 0
    UNION ALL
    SELECT 'dead_letters', toString(topic), count() FROM dead_letters
    WHERE (topic, topic_id, partition, offset) IN (SELECT topic, topic_id, partition, offset FROM forgetting WHERE what = 'letter')
      AND code != 'forgotten'
    GROUP BY topic
    UNION ALL
    SELECT 'query_scores', toString(run), count() FROM query_scores
    WHERE tenant IN (SELECT tenant FROM forgetting_users)
      AND
-- include: query_spaced
          IN (SELECT text FROM forgetting WHERE what = 'query')
    GROUP BY run
)
ORDER BY kept_in, what
