-- The id of any document that a tenant has; empty where it has none.
SELECT anyIf(document, NOT deleted AND kind != 'message') AS document FROM documents FINAL WHERE tenant = {tenant:String}
