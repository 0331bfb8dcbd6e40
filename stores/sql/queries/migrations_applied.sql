-- The numbers of the migrations that this database has seen.
SELECT DISTINCT number FROM migrations ORDER BY number
