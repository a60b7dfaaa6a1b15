"""Writes migrations that hold words by their value, so that they outlive the enums of today."""

from __future__ import annotations

from enum import Enum

from django.core.management.commands import makemigrations
from django.db.migrations.serializer import ChoicesSerializer
from django.db.migrations.writer import MigrationWriter

MigrationWriter.register_serializer(Enum, ChoicesSerializer)  # it writes the value alone


class Command(makemigrations.Command):
    """Django's own command, with that one difference."""
