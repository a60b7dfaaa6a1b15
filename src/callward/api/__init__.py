"""The door for machines: JSON over HTTP, each with a token of its own."""
