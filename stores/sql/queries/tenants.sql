-- Every tenant that anything was accepted from.
SELECT DISTINCT toString(tenant) AS tenant FROM events ORDER BY tenant
