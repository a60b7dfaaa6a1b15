"""Proof of what people were told and agreed to, kept by a rule of its own."""
