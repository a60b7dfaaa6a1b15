"""Words everybody shares: time, numbers, references, actors and errors. No framework."""
