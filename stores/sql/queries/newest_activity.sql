-- When a tenant's newest search, click or reaction was, and when its newest judged window ended; the beginning of 1970 for none.
SELECT (SELECT max(occurred_at) FROM events
        WHERE topic IN ('searches', 'clicks', 'citation.clicks', 'reactions') AND tenant = {tenant:String}) AS activity,
       (SELECT max(window_end) FROM drift_windows WHERE tenant = {tenant:String}) AS window
