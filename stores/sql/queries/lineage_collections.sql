-- What happened to a collection, or to the collections of a model, in order.
SELECT JSONExtractString(payload, 'collection') AS collection, toString(type) AS type, occurred_at,
       JSONExtractString(payload, 'model') AS model, JSONExtractString(payload, 'run') AS run,
       JSONExtractString(payload, 'by') AS by, JSONExtractUInt(payload, 'serving_version') AS serving_version
FROM learning
WHERE tenant = {tenant:String}
  AND collection IN
  (
      SELECT JSONExtractString(payload, 'collection') FROM learning
      WHERE tenant = {tenant:String}
        AND (({model:String} != '' AND JSONExtractString(payload, 'model') = {model:String})
             OR JSONExtractString(payload, 'collection') = {collection:String})
  )
  AND collection != ''
ORDER BY collection, occurred_at, offset
