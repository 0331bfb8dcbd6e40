"""The whole outside on one machine without Docker: broker, Redis, ClickHouse and Milvus under one supervisor."""
