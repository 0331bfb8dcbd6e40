-- The tenant's newest reference: the one that its windows are compared with now.
SELECT reference, model, began, days, day_models, since, people_days, quiet, rules
FROM drift_references FINAL
WHERE tenant = {tenant:String}
ORDER BY began DESC
LIMIT 1
