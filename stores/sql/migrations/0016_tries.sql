-- Scores are of one try of a run, which its snapshot names: a try that began elsewhere has another, and what a former one
-- writes late stands beside. Rows of before this have none.
ALTER TABLE query_scores
    ADD COLUMN IF NOT EXISTS snapshot String COMMENT 'of the try that asked; empty in rows of before there were several',
    MODIFY ORDER BY (tenant, run, query, system, snapshot);
