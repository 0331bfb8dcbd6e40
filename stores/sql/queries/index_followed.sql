-- How far a collection has followed the changes, microseconds since 1970.
SELECT toUnixTimestamp64Micro(followed_to) AS at_us, filled, revision FROM followed FINAL
WHERE tenant = {tenant:String} AND collection = {collection:String}
