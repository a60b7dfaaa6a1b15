"""Lithuanian dates of the console."""
