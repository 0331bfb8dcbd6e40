-- The moves of a tenant's serving record that the audit trail tells of, as they were sent.
SELECT payload FROM learning WHERE tenant = {tenant:String} AND type IN ('CutoverDone', 'RolledBack')
