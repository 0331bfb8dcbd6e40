-- Drift decides by evidence that adds up over windows, against a reference that is kept.
ALTER TABLE drift_windows
    ADD COLUMN IF NOT EXISTS days UInt16 DEFAULT 1 COMMENT 'units of event time (drift.window_s, a day) in the window',
    ADD COLUMN IF NOT EXISTS searches UInt32 COMMENT 'searches of the window under its model when it was judged',
    ADD COLUMN IF NOT EXISTS chance Float64 COMMENT 'effect that chance alone gives on average; same unit as effect',
    ADD COLUMN IF NOT EXISTS variance Float64 COMMENT 'variance of the effect by chance, from relabelled days of people',
    ADD COLUMN IF NOT EXISTS expected Float64 COMMENT 'effect of a quiet window of this tenant beyond chance; same unit as effect',
    ADD COLUMN IF NOT EXISTS spread Float64 COMMENT 'standard deviation of a quiet window''s effect, within and between days',
    ADD COLUMN IF NOT EXISTS score Float64 COMMENT '(effect - chance - expected) / spread: 0 on average when quiet, positive is harmful',
    ADD COLUMN IF NOT EXISTS evidence Float64 COMMENT 'scores added up over windows, above the allowance; 0 = none',
    ADD COLUMN IF NOT EXISTS evidence_limit Float64 COMMENT 'evidence at which the signal trips; same unit as evidence',
    ADD COLUMN IF NOT EXISTS reference_id String COMMENT 'the reference in drift_reference that was compared with',
    ADD COLUMN IF NOT EXISTS rules String COMMENT 'hash of the rules in drift_rules by which it was judged',
    ADD COLUMN IF NOT EXISTS asked String COMMENT 'the training run that the window asked for; empty when it asked for none';

-- One row per reference: the days that a model is compared with, and what they teach of quiet windows.
CREATE TABLE drift_references
(
    tenant      LowCardinality(String),
    reference   String,
    model       LowCardinality(String) COMMENT 'whose windows are compared with it',
    began       DateTime64(3, 'UTC') COMMENT 'start of the first window that is compared with it',
    days        Array(DateTime64(3, 'UTC')) COMMENT 'starts of its days',
    day_models  Array(String) COMMENT 'the model that answered on each of them',
    since       DateTime64(3, 'UTC') COMMENT 'changes of documents before it are the corpus that the model began with',
    people_days UInt32 COMMENT 'people''s days when it was made; fewer are left when somebody was forgotten',
    quiet       String COMMENT 'JSON by signal: [effect beyond chance, variance by chance, weekday] of each day against the others',
    rules       String COMMENT 'hash of the rules by which it was made',
    revision    UInt64
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (tenant, reference);

-- What a reference was made of: one row per person and day, and one per day without a person for its documents.
CREATE TABLE drift_samples
(
    tenant       LowCardinality(String),
    reference    String,
    window_start DateTime64(3, 'UTC'),
    user         String COMMENT 'whose searches; empty for the day''s opened documents',
    content      String CODEC(ZSTD(3)) COMMENT 'JSON: words, vectors and counts of the person''s searches',
    revision     UInt64
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (tenant, reference, window_start, user);

-- The rules of drift under which rows were written.
CREATE TABLE drift_rule_sets
(
    rules    String COMMENT 'their hash',
    content  String COMMENT 'JSON: every rule and its value',
    revision UInt64
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY rules;

CREATE OR REPLACE VIEW drift AS SELECT * FROM drift_windows FINAL;

-- The newest window of each tenant, a row a signal.
CREATE VIEW drift_latest AS
SELECT * FROM drift WHERE (tenant, window_end) IN (SELECT tenant, max(window_end) FROM drift_windows GROUP BY tenant);

-- Every signal of every window, in the units of its columns, for curves over time.
CREATE VIEW drift_history AS
SELECT tenant, signal, window_start, window_end, days, model, value, reference AS reference_value, effect, score, evidence,
       evidence_limit, n_window AS cases, searches, verdict
FROM drift;

-- Windows in which a signal tripped: the run that was asked for, or why none was.
CREATE VIEW drift_alarms AS
SELECT tenant, window_end, signal, model, value, reference AS reference_value, score, evidence, evidence_limit, asked AS run,
       JSONExtractString(detail, 'not_asked') AS no_run_because, rules
FROM drift WHERE verdict = 'tripped';

-- The sets of rules, one row a rule, and when windows were judged by them.
CREATE VIEW drift_rules AS
SELECT s.rules AS rules, named.1 AS rule, named.2 AS value, w.first_window AS first_window, w.last_window AS last_window
FROM (SELECT rules, arrayJoin(JSONExtractKeysAndValuesRaw(content)) AS named FROM drift_rule_sets FINAL) AS s
LEFT JOIN (SELECT rules, min(window_end) AS first_window, max(window_end) AS last_window FROM drift_windows GROUP BY rules) AS w
    ON w.rules = s.rules;

-- References: which days a model's windows are compared with, and how many of their people's days are left.
CREATE VIEW drift_reference AS
SELECT r.tenant AS tenant, r.reference AS reference_id, r.model AS model, r.began AS began, r.days AS days, r.day_models AS day_models,
       r.people_days AS people_days, p.kept AS people_days_kept, r.quiet AS quiet, r.rules AS rules
FROM (SELECT * FROM drift_references FINAL) AS r
LEFT JOIN (SELECT tenant, reference, uniqExact(window_start, user) AS kept FROM drift_samples WHERE user != '' GROUP BY tenant, reference) AS p
    ON p.tenant = r.tenant AND p.reference = r.reference;
