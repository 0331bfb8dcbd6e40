-- Every tenant that has, or ever had, a document.
SELECT DISTINCT toString(tenant) AS tenant FROM documents ORDER BY tenant
