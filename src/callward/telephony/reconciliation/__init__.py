"""Every day counted: the line's journal against books and vault."""
