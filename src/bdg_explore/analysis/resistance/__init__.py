"""Resistance from pulses, diffusion from titration and interruptions."""
