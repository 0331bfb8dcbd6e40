-- What people judged of a tenant's documents.
SELECT query, document, grade FROM judgments FINAL
WHERE tenant = {tenant:String}
ORDER BY query, document
