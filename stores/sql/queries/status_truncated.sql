-- How many documents a collection does not hold whole: their text is longer than what is indexed of it, or has encoded data.
SELECT countIf(truncated AND NOT deleted) AS documents
FROM applied FINAL WHERE tenant = {tenant:String} AND collection = {collection:String}
