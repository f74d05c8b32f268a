"""Features of early life, one row a cell."""
