-- Empty this person's late accesses in place: the ledger still counts them.
ALTER TABLE late_accesses
    UPDATE user = '', event_id = ''
    WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
