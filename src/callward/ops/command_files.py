"""Files that a command reads or writes; errors never print where they lie."""

from __future__ import annotations

from pathlib import Path

import click

from callward.kernel.disk import write_new
from callward.ops.errors import FileTooLargeError, UnreadableFileError, UnwritableFileError

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
LARGEST_TEXT = 4 * 1024 * 1024


def read_file(file: Path) -> bytes:
    """Read a small file whole; raises UnreadableFileError."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_TEXT + 1)
    except OSError as error:
        raise UnreadableFileError from error
    if len(content) > LARGEST_TEXT:
        raise FileTooLargeError(most=LARGEST_TEXT)
    return content


def write_new_file(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, never over another one."""
    try:
        write_new(file, content)
    except OSError as error:
        raise UnwritableFileError from error


def require_new_file(file: Path) -> None:
    """Refuse early what could not be written later."""
    if file.exists() or not file.absolute().parent.is_dir():
        raise UnwritableFileError
