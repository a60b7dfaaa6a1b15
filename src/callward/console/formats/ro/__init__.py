"""Romanian dates of the console."""
