-- Which words do people use now that nobody used in the reference?
SELECT tenant, arrayJoin(JSONExtract(detail, 'new_words', 'Array(String)')) AS word,
       count() AS windows, min(window_end) AS first_seen
FROM drift WHERE signal = 'vocabulary_novelty' GROUP BY tenant, word ORDER BY windows DESC, first_seen, word LIMIT 50
