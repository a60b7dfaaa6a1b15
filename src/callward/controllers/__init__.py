"""The legal entities and the policies in force."""
