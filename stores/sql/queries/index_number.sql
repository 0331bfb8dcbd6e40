-- How many documents a tenant has, about: rows of earlier versions count until they are merged away.
SELECT count() AS documents FROM documents WHERE tenant = {tenant:String}
