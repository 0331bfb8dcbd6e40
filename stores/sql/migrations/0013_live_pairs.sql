-- The pairs that hold now. Document-derived ones hold at their document's version, and those of links while the event that
-- they came from holds, since one version may be sent with other links; co_access ones at their session's revision,
-- reactions until they are withdrawn. A reaction on a message of a thread gets the thread's conversation as anchor, unless it
-- is on the message that gives the conversation its title, or the thread has several conversations: nothing says which of
-- them the message is in. Documents stand under their present ids; what joins a document with its own former name is no pair.
-- Joined columns are renamed: of two equal names ClickHouse would call the pair's own one `p.document`.
CREATE OR REPLACE VIEW live_pairs AS
SELECT p.* REPLACE (if(p.kind = 'reaction' AND p.anchor = '', c.conversation, p.anchor_document) AS anchor_document)
FROM
(
    SELECT h.* REPLACE (if(t.t_current = '', h.document, t.t_current) AS document,
                        if(f.f_current = '', h.anchor_document, f.f_current) AS anchor_document)
    FROM (SELECT * FROM pairs FINAL WHERE NOT withdrawn) AS h
    LEFT JOIN (SELECT tenant AS t_tenant, document AS t_document, current AS t_current FROM renames) AS t
        ON h.tenant = t.t_tenant AND h.document = t.t_document
    LEFT JOIN (SELECT tenant AS f_tenant, document AS f_document, current AS f_current FROM renames) AS f
        ON h.tenant = f.f_tenant AND h.anchor_document = f.f_document
) AS p
LEFT JOIN
(
    SELECT tenant AS d_tenant, document AS d_document, version AS d_version, deleted AS d_deleted, event_id AS d_event
    FROM documents FINAL
) AS d
    ON p.tenant = d.d_tenant AND p.source_document = d.d_document
LEFT JOIN
(
    SELECT tenant AS s_tenant, session AS s_session, revision AS s_revision FROM sessions FINAL WHERE NOT withdrawn
) AS s
    ON p.tenant = s.s_tenant AND p.session = s.s_session
LEFT JOIN
(
    SELECT tenant AS w_tenant, reaction AS w_reaction, until_revision FROM withdrawn_reactions
) AS w
    ON p.tenant = w.w_tenant AND p.reaction = w.w_reaction
LEFT JOIN
(
    SELECT m.tenant AS c_tenant, m.document AS message, any(c.document) AS conversation
    FROM (SELECT * FROM documents FINAL WHERE kind = 'message' AND thread != '' AND NOT deleted) AS m
    INNER JOIN (SELECT * FROM documents FINAL WHERE kind = 'conversation' AND thread != '' AND NOT deleted) AS c
        ON m.tenant = c.tenant AND m.app = c.app AND m.channel = c.channel AND m.thread = c.thread
    GROUP BY c_tenant, message
    HAVING count() = 1 AND NOT any(startsWith(trimBoth(m.body), c.title))
) AS c
    ON p.tenant = c.c_tenant AND p.document = c.message
WHERE multiIf(p.kind = 'co_access', p.source_version = s.s_revision AND p.document != p.anchor_document,
              p.kind = 'reaction', p.revision > w.until_revision AND (p.anchor != '' OR c.conversation != ''),
              p.source_document != '', NOT d.d_deleted AND d.d_version = p.source_version
                                       AND (p.kind NOT IN ('anchor_text', 'linked_titles')
                                            OR (p.document != p.source_document AND has(p.event_ids, d.d_event))),
              1);
