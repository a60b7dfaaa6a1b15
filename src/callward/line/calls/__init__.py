"""Calls as they go: told, asked, recorded or not, queued, held, passed on and ended."""
