"""The house side of the phone line: agents, queues, permits, prompts, spool, reconciliation."""
