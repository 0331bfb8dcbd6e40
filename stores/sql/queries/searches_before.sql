-- How many searches before an instant are known of every tenant, sent again ones among them.
SELECT toString(tenant) AS tenant, count() AS searches
FROM events
WHERE topic = 'searches' AND type = 'SearchServed' AND occurred_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
GROUP BY tenant
ORDER BY tenant
