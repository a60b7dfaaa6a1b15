"""The one door: envelopes in, from any source, into calls and recordings."""
