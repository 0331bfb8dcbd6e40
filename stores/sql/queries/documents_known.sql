-- How many documents of a tenant the warehouse knows, gone ones included, and how many of them a search may show.
SELECT count() AS known, countIf(NOT deleted AND kind != 'message') AS shown
FROM documents FINAL WHERE tenant = {tenant:String}
