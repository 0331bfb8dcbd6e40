"""The resident search: a service with loaded encoders, which joins the work of queries that come at once."""
