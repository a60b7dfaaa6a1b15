"""English dates of the console."""
