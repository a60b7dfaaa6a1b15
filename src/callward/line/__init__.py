"""The phone line: SIP dialogs, media, consent gate and spool; no Django, no database."""
