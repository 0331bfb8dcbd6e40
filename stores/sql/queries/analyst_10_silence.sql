-- Where is too little known to judge at all?
SELECT tenant, signal, count() AS windows, countIf(verdict = 'too_few') AS too_few, round(avg(n_window)) AS cases_a_window
FROM drift GROUP BY tenant, signal HAVING too_few > 0 ORDER BY too_few / windows DESC, tenant, signal
