-- Which of the named documents a tenant has, or had.
SELECT DISTINCT document FROM documents WHERE tenant = {tenant:String} AND document IN {documents:Array(String)}
