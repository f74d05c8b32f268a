"""Fetch a data set: what it offers, whether it may be fetched, all of it at once, its terms."""
