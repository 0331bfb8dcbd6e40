-- How many documents of a tenant a search could find, once they are indexed.
SELECT count() AS documents FROM documents FINAL WHERE tenant = {tenant:String} AND NOT deleted AND kind != 'message'
