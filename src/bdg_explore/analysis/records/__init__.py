"""The records of a cell as arrays: cycles, spans, edges; what every method stands on."""
