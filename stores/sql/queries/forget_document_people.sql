-- Remove what this person opened from the counts of document use.
ALTER TABLE document_people
    DELETE WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
