-- The spellings of the person's id in `forgetting`.
SELECT user FROM forgetting_users ORDER BY user
