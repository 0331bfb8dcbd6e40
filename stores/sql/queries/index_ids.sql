-- Every document that the tenant ever had, gone ones included.
SELECT document FROM documents FINAL WHERE tenant = {tenant:String} ORDER BY document
