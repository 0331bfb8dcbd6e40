"""Queries that nobody typed, made of documents that may teach: for tenants with few clicks."""
