"""The only room that knows everything: settings, addresses and the wiring of ports."""
