-- Events of the audit trail that were not signed by whoever may send them, which nothing acted on.
SELECT code, count() AS events, argMax(reason, received_at) AS newest, max(received_at) AS at
FROM dead_letters FINAL
WHERE topic = 'learning' AND code IN ('unsigned', 'forged')
GROUP BY code
ORDER BY code
