"""Voltage against capacity: half cycles, grids, derivatives, peaks."""
