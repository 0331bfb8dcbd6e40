-- Remove after which queries this person opened what.
ALTER TABLE query_clicks
    DELETE WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
