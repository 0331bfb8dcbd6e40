-- Have the indexer look again at what is said of the documents that this person opened.
INSERT INTO query_clicks_noted (tenant, document)
SELECT DISTINCT tenant, document FROM query_clicks
WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
