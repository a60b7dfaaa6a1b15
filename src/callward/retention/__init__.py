"""When each recording ends: due instants, legal holds, disposal and certificates."""
