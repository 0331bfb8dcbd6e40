-- How far a partition is stored without a hole, from the first offset that the broker still has: the offset after that.
-- Offsets that the broker did not have when a batch was read count as stored.
WITH
    toInt64({kept:UInt64}) - 1 AS unkept,
    spans AS
    (
        SELECT toInt64(first_offset) AS first, toInt64(last_offset) AS last, absent_from, absent_to
        FROM batches
        WHERE topic = {topic:String} AND topic_id = {topic_id:String} AND partition = {partition:UInt32}
    ),
    stored AS
    (
        SELECT first, last FROM spans
        UNION ALL
        SELECT toInt64(absent.1), toInt64(absent.2) FROM spans ARRAY JOIN arrayZip(absent_from, absent_to) AS absent
    ),
    followed AS
    (
        SELECT first, last,
               greatest(unkept, max(last) OVER (ORDER BY first, last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS reached,
               row_number() OVER (ORDER BY first, last) AS number
        FROM stored
    )
SELECT toUInt64(multiIf(count() = 0, unkept, countIf(hole) > 0, minIf(reached_to, hole), greatest(max(last), unkept)) + 1) AS end
FROM (SELECT last, if(number = 1, unkept, reached) AS reached_to, first > reached_to + 1 AS hole FROM followed)
