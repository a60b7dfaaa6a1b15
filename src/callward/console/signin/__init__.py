"""Sign-in: own user name, own password, second factor."""
