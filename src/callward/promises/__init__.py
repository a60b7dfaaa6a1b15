"""Probes: what each sentence of a notice is checked by, and the board of their results."""
