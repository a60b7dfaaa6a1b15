"""Published notices: drafted, approved by a second person, published, archived for ever."""
