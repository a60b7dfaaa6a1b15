"""Durable work behind a port of four functions."""
