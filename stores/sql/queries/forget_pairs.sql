-- Remove this person's training signals, withdrawn ones too.
ALTER TABLE pairs
    DELETE WHERE tenant IN (SELECT tenant FROM forgetting WHERE what = 'user')
      AND user IN (SELECT text FROM forgetting WHERE what = 'user')
