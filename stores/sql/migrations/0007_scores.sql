-- What decides of a held-out query: nDCG@10 by clicks, corrected for what people were shown.
ALTER TABLE query_scores
    ADD COLUMN IF NOT EXISTS score Float64 DEFAULT ndcg_10 COMMENT 'that the verdict rests on';
