"""One module per thing that is looked at."""
