-- Who muted drift, until when, and why?
SELECT tenant, muted_at, until, muted_by, reason
FROM drift_mutes ORDER BY tenant, muted_at DESC
