"""The read path: one serving record, one encoder, one collection, one answer."""
