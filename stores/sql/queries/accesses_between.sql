-- Whether the warehouse has accesses of a partition between two offsets, both exclusive.
SELECT count() AS accesses
FROM events
WHERE topic = {topic:String} AND topic_id = {topic_id:String} AND partition = {partition:UInt32}
  AND offset > {after:Int64} AND offset < {before:UInt64} AND type IN ('DocumentOpened', 'CitationOpened')
