"""The public pages: notices in the visitor's language, their versions and their checks."""
