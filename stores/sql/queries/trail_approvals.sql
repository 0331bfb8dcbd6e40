-- A tenant's approvals, as they were sent.
SELECT payload FROM learning WHERE tenant = {tenant:String} AND type = 'CutoverApproved'
