"""What agents do and see while they are on the line."""
