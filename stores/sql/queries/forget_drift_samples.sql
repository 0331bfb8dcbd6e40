-- Remove this person's searches from the references of drift.
ALTER TABLE drift_samples
    DELETE WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
