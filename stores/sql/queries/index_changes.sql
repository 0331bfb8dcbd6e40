-- Changes of a tenant's documents behind a position, in the order in which the warehouse took them. The times only narrow
-- where to look, by as much as an INSERT may take to be seen and a clock to be set back.
SELECT document, _block_number AS block, max(revision) AS newest, toUnixTimestamp64Micro(max(arrived_at)) AS at_us
FROM document_changes
WHERE tenant = {tenant:String} AND (_block_number, document) > ({block:UInt64}, {document:String})
  AND arrived_at >= least(fromUnixTimestamp64Micro({at_us:Int64}, 'UTC'), now64(6)) - INTERVAL 10 MINUTE
GROUP BY block, document
ORDER BY block, document
LIMIT {limit:UInt32}
