"""One row a cycle: charge, energy, resistance, what a cycle was for."""
