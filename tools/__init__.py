"""The project's own checks: what a tool can decide about the house, a tool decides."""
