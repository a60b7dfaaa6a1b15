"""What the administrator sets up, and the snapshot that the line runs on."""
