-- What the audit trail says was live last.
SELECT JSONExtractString(payload, 'model') AS model, JSONExtractUInt(payload, 'serving_version') AS version
FROM learning
WHERE tenant = {tenant:String} AND type IN ('CutoverDone', 'RolledBack')
ORDER BY version DESC, occurred_at DESC
LIMIT 1
