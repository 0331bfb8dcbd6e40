-- What became of a training run, by the audit trail.
SELECT verdict, model FROM runs WHERE tenant = {tenant:String} AND run = {run:String}
