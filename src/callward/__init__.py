"""Callward: the call centre that keeps what its privacy notice promises."""
