-- Empty this person's late accesses in place: the ledger still counts them.
ALTER TABLE late_accesses
    UPDATE user = '', event_id = ''
    WHERE tenant IN (SELECT tenant FROM forgetting WHERE what = 'user')
      AND user IN (SELECT text FROM forgetting WHERE what = 'user')
