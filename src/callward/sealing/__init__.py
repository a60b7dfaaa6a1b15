"""Pure cryptography: the sealed format, key wrapping, signatures. Knows no storage."""
