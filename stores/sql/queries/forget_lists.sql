-- How many documents are shown to the person in `forgetting` by name: a group `user:NAME` in their list, in any spelling.
WITH
-- include: one_form,
    (SELECT any(one_form(user)) FROM forgetting_users) AS who
SELECT count() AS documents
FROM documents FINAL
WHERE tenant IN (SELECT tenant FROM forgetting_users) AND NOT deleted
  AND arrayExists(name -> startsWith(name, 'user:') AND one_form(substring(name, 6)) = who, acl)
