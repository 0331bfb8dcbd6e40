-- How many searches of a tenant are known, and over how many days they lie.
SELECT uniqExact(event_id) AS searches, if(searches = 0, 0, dateDiff('day', min(occurred_at), max(occurred_at)) + 1) AS days
FROM events
WHERE topic = 'searches' AND type = 'SearchServed' AND tenant = {tenant:String}
