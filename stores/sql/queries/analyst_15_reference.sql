-- What is each model compared with, and is anything of it forgotten since?
SELECT tenant, model, began, days[1] AS first_day, days[-1] AS last_day, people_days, people_days - people_days_kept AS forgotten
FROM drift_reference ORDER BY tenant, began
