-- The offset after the last one of a partition that was stored in full; 0 when nothing of this topic id was.
SELECT if(count() = 0, 0, max(last_offset) + 1) AS end
FROM batches
WHERE topic = {topic:String} AND topic_id = {topic_id:String} AND partition = {partition:UInt32}
