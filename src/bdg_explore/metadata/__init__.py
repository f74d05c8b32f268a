"""What is known about cells: names that carry facts, and later the typed tiers of metadata."""
