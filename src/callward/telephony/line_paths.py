"""Where the phone line and the house meet in the data folder."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def line_folder() -> Path:
    """The line's own folder: snapshot, socket and studio prompts."""
    return Path(settings.CALLWARD_DATA) / "line"


def snapshot_file() -> Path:
    """What the line knows, written whole by the house."""
    return line_folder() / "line.json"


def control_socket() -> Path:
    """Where the line listens to the house, and tells what happens."""
    return line_folder() / "control.sock"


def prompts_folder() -> Path:
    """Studio recordings of prompts, each under its own hash."""
    return line_folder() / "prompts"


def spool_folder() -> Path:
    """Where recordings wait, sealed, until they are collected."""
    return Path(settings.CALLWARD_DATA) / "spool" / "line"
