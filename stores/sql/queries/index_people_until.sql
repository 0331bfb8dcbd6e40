-- When the newest event was received of those that document_people counts, milliseconds since 1970; 0 when it is empty.
SELECT toUnixTimestamp64Milli(max(received_at)) AS at_ms FROM document_people
