"""Sealed objects and keys at rest."""
