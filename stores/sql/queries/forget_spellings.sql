-- Note the other spellings of this person's id that are kept: of other case, of other forms of the same letters (NFKC), or
-- escaped as in an address.
INSERT INTO forgetting (what, tenant, text)
WITH
-- include: one_form,
    (SELECT any(toString(tenant)) FROM forgetting_users) AS whose,
    (SELECT any(user) FROM forgetting_users) AS who
SELECT DISTINCT 'user', whose, user
FROM
(
    SELECT user FROM events WHERE tenant = whose
    UNION ALL SELECT JSONExtractString(payload, 'author') FROM events WHERE tenant = whose AND topic = 'documents.changes'
    UNION ALL SELECT author FROM documents WHERE tenant = whose
    UNION ALL SELECT user FROM sessions WHERE tenant = whose
    UNION ALL SELECT user FROM pairs WHERE tenant = whose
    UNION ALL SELECT user FROM late_accesses WHERE tenant = whose
    UNION ALL SELECT user FROM document_people WHERE tenant = whose
    UNION ALL SELECT user FROM query_clicks WHERE tenant = whose
    UNION ALL SELECT user FROM drift_samples WHERE tenant = whose
)
WHERE user NOT IN ('', who) AND one_form(user) = one_form(who)
