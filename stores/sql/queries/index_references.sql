-- By how many others, that everyone may see, the named documents are referred to. A link of a document that only some may
-- see would tell others of it by their scores. Of a document that has more, a thousand are looked at.
SELECT transform(target, {names:Array(String)}, {documents:Array(String)}, target) AS present,
       uniqExactIf(source, source != present) AS references
FROM
(
    SELECT target, source FROM document_links
    WHERE tenant = {tenant:String} AND target IN {names:Array(String)}
    LIMIT 1000 BY target
) AS l
INNER JOIN
(
    SELECT document, link_targets FROM documents FINAL
    WHERE tenant = {tenant:String} AND NOT deleted AND has(acl, 'everyone')
      AND document IN
      (
          SELECT source FROM document_links
          WHERE tenant = {tenant:String} AND target IN {names:Array(String)}
          LIMIT 1000 BY target
      )
) AS d ON l.source = d.document
WHERE has(d.link_targets, target)
GROUP BY present
HAVING references > 0
