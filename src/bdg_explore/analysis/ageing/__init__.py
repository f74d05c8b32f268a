"""How cells age: health, end of life, knees, and groups of cells."""
