"""Commands of Django that behave otherwise here."""
