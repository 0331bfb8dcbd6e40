-- Every reaction that anybody used.
SELECT DISTINCT reaction FROM reactions ORDER BY reaction
