-- Take this person's name off the documents that they wrote.
ALTER TABLE documents
    UPDATE author = ''
    WHERE tenant IN (SELECT tenant FROM forgetting WHERE what = 'user')
      AND author IN (SELECT text FROM forgetting WHERE what = 'user')
