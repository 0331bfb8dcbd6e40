-- How many documents of a collection were too long to be indexed to their end.
SELECT countIf(truncated AND NOT deleted) AS documents
FROM applied FINAL
WHERE tenant = {tenant:String} AND collection = {collection:String}
