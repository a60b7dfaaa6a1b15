"""What people type, checked before any service sees it."""
