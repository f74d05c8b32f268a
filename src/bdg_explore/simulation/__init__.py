"""Mechanistic ageing: half-cell balance, ageing paths, and the synthetic demo fleet."""
