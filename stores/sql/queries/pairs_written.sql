-- The pairs from what users did as the streams wrote them, to be held against pairs_oracle. An empty tenant means all.
SELECT tenant, kind, pair, anchor, anchor_document, document, weight, user, session, event_ids, occurred_at
FROM (SELECT * FROM pairs FINAL WHERE NOT withdrawn) AS p
LEFT JOIN (SELECT tenant AS w_tenant, reaction AS w_reaction, until_revision FROM withdrawn_reactions) AS w
    ON p.tenant = w.w_tenant AND p.reaction = w.w_reaction
WHERE kind IN ('search_click', 'citation_click', 'reaction', 'co_access')
  AND ({tenant:String} = '' OR tenant = {tenant:String})
  AND (kind != 'reaction' OR revision > until_revision)
  AND (kind != 'co_access' OR (tenant, session, source_version) IN (SELECT tenant, session, revision FROM live_sessions))
ORDER BY tenant, kind, pair
