-- How many different queries of a tenant led people to open a result, as far as it still counts.
SELECT uniqExact(lowerUTF8(trimBoth(anchor))) AS queries
FROM pairs FINAL
WHERE tenant = {tenant:String} AND kind IN ('search_click', 'citation_click') AND NOT withdrawn AND weight > 0
  AND anchor != ''
