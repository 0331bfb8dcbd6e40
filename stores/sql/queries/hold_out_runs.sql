-- The runs of a tenant that the memory of its hold-out has, and how many rows each added.
SELECT snapshot, run, rows, recorded_at FROM hold_out_runs FINAL
WHERE tenant = {tenant:String} AND key = {key:String} AND snapshot != {but:String}
ORDER BY recorded_at, snapshot
