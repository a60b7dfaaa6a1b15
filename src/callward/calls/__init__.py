"""Calls, who took part in them, and what the caller was told."""
