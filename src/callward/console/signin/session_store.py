"""Where sign-ins are kept: Django's table, read with a statement that was compiled once."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from callward.compiled_query import Question

_LIVING = Question(
    lambda key, now: (
        DatabaseSessions.get_model_class()
        .objects.filter(session_key=key, expire_date__gt=now)
        .values_list("session_data")
    ),
    key=CharField(),
    now=DateTimeField(),
)


class SessionStore(DatabaseSessions):
    """The session of one browser."""

    def load(self) -> dict[str, Any]:
        """Read what is kept of the session; one that has expired or never was holds nothing."""
        row = _LIVING.first(key=self.session_key, now=timezone.now())  # noqa: TID251  # Django writes the end by this clock
        if row is None:
            self._session_key = None
            return {}
        return dict(self.decode(row[0]))
