"""Staff users, their roles, training and named grants: who may do what, and who said so."""
