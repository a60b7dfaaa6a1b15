"""The audio of calls: who may play it, for what, and until when."""
