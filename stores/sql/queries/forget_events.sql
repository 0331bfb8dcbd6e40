-- Empty this person's events in place: the rows stay, so that the ledger misses no offset. Documents that they wrote lose
-- their author.
ALTER TABLE events
    UPDATE event_id = '', type = 'Forgotten', user = '', document = '', interaction = '', query = '', rank = 0,
           dwell_s = -1, payload = '{}'
    WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users),
    UPDATE payload = JSONMergePatch(payload, '{"author":null}')
    WHERE topic = 'documents.changes' AND tenant IN (SELECT tenant FROM forgetting_users)
      AND JSONExtractString(payload, 'author') IN (SELECT user FROM forgetting_users)
