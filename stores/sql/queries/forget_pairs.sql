-- Remove this person's training signals, withdrawn ones too.
ALTER TABLE pairs
    DELETE WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
