"""From the spool of the line into the books and the vault."""
