"""The words of Tidewheel: ids, events, topics, and how they are written and read as bytes."""
