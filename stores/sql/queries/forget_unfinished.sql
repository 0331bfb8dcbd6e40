-- Rewritings of tables on somebody's behalf that the server has not finished.
SELECT table, latest_fail_reason
FROM system.mutations
WHERE database = currentDatabase() AND NOT is_done AND position(command, 'forgetting') > 0
ORDER BY table
