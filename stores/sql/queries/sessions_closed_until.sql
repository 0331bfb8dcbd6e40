-- How far sessions have been closed: the end of the last one, milliseconds since 1970; 0 when there is none.
SELECT toUnixTimestamp64Milli(max(ended_at)) AS ended FROM live_sessions
