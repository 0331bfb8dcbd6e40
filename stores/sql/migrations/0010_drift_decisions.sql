-- Trainings that drift asked for: how each ended, and who dismissed it, when and why (empty and 1970 when nobody did).
CREATE VIEW drift_requests AS
SELECT r.tenant AS tenant, r.run AS run, r.requested_at AS requested_at, r.reason AS reason, r.verdict AS verdict,
       d.dismissed_at AS dismissed_at, d.dismissed_by AS dismissed_by, d.dismissed_because AS dismissed_because
FROM (SELECT * FROM runs WHERE requested_by = 'drift') AS r
LEFT JOIN
(
    SELECT tenant, JSONExtractString(payload, 'run') AS run, min(occurred_at) AS dismissed_at,
           argMin(JSONExtractString(payload, 'by'), occurred_at) AS dismissed_by,
           argMin(JSONExtractString(payload, 'reason'), occurred_at) AS dismissed_because
    FROM learning WHERE type = 'RequestDismissed' GROUP BY tenant, run
) AS d ON d.tenant = r.tenant AND d.run = r.run;

-- Until when operators wanted no requests of drift, who and why; the newest row of a tenant holds. Instants are event time.
CREATE VIEW drift_mutes AS
SELECT tenant, occurred_at AS muted_at, parseDateTime64BestEffort(JSONExtractString(payload, 'until'), 3, 'UTC') AS until,
       JSONExtractString(payload, 'by') AS muted_by, JSONExtractString(payload, 'reason') AS reason
FROM learning WHERE type = 'DriftMuted';
