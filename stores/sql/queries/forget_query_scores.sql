-- Remove the scores of queries that nobody but this person asked.
ALTER TABLE query_scores
    DELETE WHERE tenant IN (SELECT tenant FROM forgetting_users)
      AND
-- include: query_spaced
          IN (SELECT text FROM forgetting WHERE what = 'query')
