-- Titles of documents, for the first shown results of a sample.
SELECT document, argMax(title, version) AS title
FROM documents
WHERE tenant = {tenant:String} AND document IN {documents:Array(String)}
GROUP BY document
