"""What queries made of documents add where few people click."""
