-- Take this person's name off the documents that they wrote.
ALTER TABLE documents
    UPDATE author = ''
    WHERE tenant IN (SELECT tenant FROM forgetting_users) AND author IN (SELECT user FROM forgetting_users)
