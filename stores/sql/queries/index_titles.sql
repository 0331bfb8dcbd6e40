-- Titles and access lists of documents, for people to recognise them by.
SELECT document, title, acl FROM documents FINAL
WHERE tenant = {tenant:String} AND document IN {documents:Array(String)} AND NOT deleted
