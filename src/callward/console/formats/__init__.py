"""How days and hours are written in each language of the console."""
