-- How far a training run of a tenant is; no row when there is no such run.
SELECT run, requested_at, ended_at, verdict, stopped_by, stopped_because
FROM runs
WHERE tenant = {tenant:String} AND run = {run:String}
