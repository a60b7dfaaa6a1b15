"""Commands, supervision, start-up checks and health: how Callward is run."""
