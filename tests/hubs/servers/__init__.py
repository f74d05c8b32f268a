"""Servers as hubs: a real PostgreSQL, and one that speaks as a Galvanalyser does."""
