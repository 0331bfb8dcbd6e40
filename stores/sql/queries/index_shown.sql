-- Every document that a collection of the tenant should show.
SELECT document FROM documents FINAL WHERE tenant = {tenant:String} AND NOT deleted AND kind != 'message' ORDER BY document
