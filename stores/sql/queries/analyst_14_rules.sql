-- Under which rules were windows judged, and since when?
SELECT rules, rule, value, first_window, last_window
FROM drift_rules WHERE rule IN ('false_alarm_days', 'window_cases', 'reference_windows', 'allowance') ORDER BY first_window, rule
