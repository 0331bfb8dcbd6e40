-- Remove this person's sessions, withdrawn ones too.
ALTER TABLE sessions
    DELETE WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
