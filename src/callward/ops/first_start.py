"""The first start: folders, secret, root key, tables. A second run only adds what is missing."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from callward.kernel.errors import BadInputError, gettext_noop
from callward.ops.command_context import load
from callward.ops.command_files import write_new_file
from callward.ops.data_folder import OWNER_ONLY_FOLDER
from callward.ops.errors import OpsError, UnwritableFileError
from callward.ops.root_key_source import make_root_key

if TYPE_CHECKING:
    from callward.ops.data_folder import DataFolder

_SECRET_BYTES = 50
_REGION_LETTERS = (2, 3)


class UnknownRegionError(OpsError, BadInputError):
    """A region is a country of two letters, EU or EEA."""

    code = "unknown-region"
    fact = gettext_noop("“%(region)s” is not a region.")
    mend = gettext_noop("Write the country in two letters (RO, DE), EU or EEA.")


def set_up(folder: DataFolder, *, region: str | None, passphrase: str | None) -> None:
    """Make the data folder ready to serve; nothing that is there is changed."""
    if region is not None:
        region = _region(region)
    os.umask(0o077)
    try:
        for made in folder.folders:
            made.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableFileError from error
    make_root_key(folder, passphrase=passphrase)
    if not folder.secret.exists():
        write_new_file(folder.secret, secrets.token_urlsafe(_SECRET_BYTES).encode())
    if region is not None:
        folder.place.write_text(region + "\n")
    load()
    make_tables(folder)


def _region(text: str) -> str:
    region = text.upper()
    if len(region) not in _REGION_LETTERS or not region.isascii() or not region.isalpha():
        raise UnknownRegionError(region=text[:10])
    return region


def make_tables(folder: DataFolder) -> None:
    """Make the tables that are missing, and every key that a backup must have."""
    from django.core.management import call_command  # noqa: PLC0415  # after Django

    from callward.jobs import services as jobs  # noqa: PLC0415  # after Django
    from callward.vault import services as vault  # noqa: PLC0415  # after Django
    from callward.vault.states import ServiceKeyName  # noqa: PLC0415  # after Django

    call_command("migrate", interactive=False, verbosity=0)
    for name in ServiceKeyName:  # all now: one made later would be missing from an earlier backup
        vault.service_key(name)
    if folder.chosen.database.on_postgresql or not jobs.lay_tables(folder.jobs):
        jobs.prepare()
