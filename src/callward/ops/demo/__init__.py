"""The demonstration: invented people, sample calls, a moved clock, a folder of its own."""
