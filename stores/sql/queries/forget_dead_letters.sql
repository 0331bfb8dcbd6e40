-- Empty the dead letters that name this person in place: the ledger still counts them as dead.
ALTER TABLE dead_letters
    UPDATE code = 'forgotten', reason = 'its bytes are removed: it named somebody who is forgotten', key = '', value = ''
    WHERE (topic, topic_id, partition, offset) IN
          (SELECT topic, topic_id, partition, offset FROM forgetting WHERE what = 'letter')
