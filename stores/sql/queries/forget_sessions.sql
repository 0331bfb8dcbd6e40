-- Remove this person's sessions, withdrawn ones too.
ALTER TABLE sessions
    DELETE WHERE tenant IN (SELECT tenant FROM forgetting WHERE what = 'user')
      AND user IN (SELECT text FROM forgetting WHERE what = 'user')
