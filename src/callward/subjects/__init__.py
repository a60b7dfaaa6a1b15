"""The people behind numbers."""
