-- The newest change of each tenant's documents, and when it arrived, of those that arrived since; microseconds since 1970.
SELECT tenant, max(_block_number) AS head, toUnixTimestamp64Micro(max(arrived_at)) AS at_us
FROM document_changes
WHERE arrived_at >= least(fromUnixTimestamp64Micro({since_us:Int64}, 'UTC'), now64(6)) - INTERVAL 10 MINUTE
GROUP BY tenant
