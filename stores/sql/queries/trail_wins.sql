-- A tenant's wins, and what was decided on them, as they were sent.
SELECT payload FROM learning
WHERE tenant = {tenant:String} AND type IN ('ModelTrained', 'CutoverRefused', 'CutoverDone', 'RolledBack')
