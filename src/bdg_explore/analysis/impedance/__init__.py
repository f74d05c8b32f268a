"""Spectra: validity, circuits, relaxation times."""
