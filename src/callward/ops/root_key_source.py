"""The root key, from its file or from a passphrase."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from callward.kernel.errors import RefusedError, gettext_noop
from callward.ops.command_files import write_new_file
from callward.ops.errors import OpsError
from callward.sealing import root

if TYPE_CHECKING:
    from pathlib import Path

    from callward.ops.data_folder import DataFolder

SALT = "passphrase.salt"
_SHORTEST = 16


class PassphraseMissingError(OpsError, RefusedError):
    """The root key needs a passphrase that nobody gave."""

    code = "passphrase-missing"
    fact = gettext_noop("The root key of this folder needs its passphrase.")
    mend = gettext_noop("Name a file that holds it with CALLWARD_PASSPHRASE_FILE.")


class PassphraseShortError(OpsError, RefusedError):
    """A short passphrase is guessed."""

    code = "passphrase-short"
    fact = gettext_noop("The passphrase is shorter than %(least)s signs.")
    mend = gettext_noop("Take five words or more.")


def make_root_key(folder: DataFolder, *, passphrase: str | None) -> None:
    """Make the root key of a new folder: a file, or the salt of a passphrase."""
    if folder.root_key.exists() or (folder.keys / SALT).exists():
        return
    if passphrase is None:
        root.make_root_key_file(folder.root_key)
        return
    if len(passphrase) < _SHORTEST:
        raise PassphraseShortError(least=_SHORTEST)
    write_new_file(folder.keys / SALT, root.new_salt())


def read_root_key(folder: DataFolder) -> bytes:
    """The root key; asks for the passphrase when there is no file and somebody sits there."""
    salt = folder.keys / SALT
    if not salt.is_file():
        return root.read_root_key_file(folder.root_key)
    named = folder.chosen.place.passphrase_file
    return root.root_key_from_passphrase(_passphrase(named), salt=salt.read_bytes())


def _passphrase(named: Path | None) -> str:
    if named is not None:
        return named.read_text().rstrip("\n")
    if not sys.stdin.isatty():
        raise PassphraseMissingError
    return str(click.prompt("Passphrase of the root key", hide_input=True, err=True))
