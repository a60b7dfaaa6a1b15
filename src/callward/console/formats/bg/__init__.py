"""Bulgarian dates of the console."""
