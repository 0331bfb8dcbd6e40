-- How do query drift, new words and fit move from window to window?
SELECT tenant, window_end, model,
       round(anyIf(value, signal = 'query_drift'), 3) AS query_auc,
       round(anyIf(value, signal = 'vocabulary_novelty'), 3) AS new_word_share,
       round(anyIf(value, signal = 'query_fit'), 3) AS fit, max(verdict = 'tripped') AS tripped
FROM drift GROUP BY tenant, window_end, model ORDER BY tenant, window_end
