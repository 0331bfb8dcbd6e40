-- Do people fare better under the newer model?
SELECT tenant, signal, model, count() AS windows, round(avg(value), 3) AS mean, min(window_start) AS since
FROM drift WHERE verdict != 'too_few' AND signal IN ('click_through', 'zero_click', 'click_rank', 'session_satisfaction')
GROUP BY tenant, signal, model ORDER BY tenant, signal, since
