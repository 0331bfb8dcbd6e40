-- Begin with an empty list of what is to be forgotten; also how it is left.
TRUNCATE TABLE forgetting
