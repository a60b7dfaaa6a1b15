"""What a policy says in words: notices, announcements, posters, in every language; pure."""
