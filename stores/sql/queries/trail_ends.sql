-- How a tenant's runs ended, as it was sent, oldest first.
SELECT payload FROM learning
WHERE tenant = {tenant:String} AND type IN ('ModelTrained', 'ModelRefused')
ORDER BY occurred_at, offset
