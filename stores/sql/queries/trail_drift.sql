-- What operators decided about a tenant's drift, as it was sent.
SELECT payload FROM learning WHERE tenant = {tenant:String} AND type IN ('RequestDismissed', 'DriftMuted')
