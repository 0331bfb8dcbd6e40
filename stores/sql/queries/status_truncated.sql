-- How many documents a collection holds the beginning of only, because their text is longer than what is indexed of it.
SELECT countIf(truncated AND NOT deleted) AS documents
FROM applied FINAL WHERE tenant = {tenant:String} AND collection = {collection:String}
