-- How many documents a collection holds the beginning of only, because their text has more passages than are indexed.
SELECT countIf(truncated AND NOT deleted) AS documents
FROM applied FINAL WHERE tenant = {tenant:String} AND collection = {collection:String}
