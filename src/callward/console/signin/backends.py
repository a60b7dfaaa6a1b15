"""Whose request it is, found with a statement that was compiled once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.auth_backends import AuthenticationBackend

from callward.accounts import selectors as accounts
from callward.kernel.references import parse_ref

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class StaffBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is untyped
    """Signs in by own user name and own password."""

    def get_user(self, user_id: object) -> AbstractBaseUser | None:
        """The account of a session; nobody for one that has left."""
        found = accounts.account(parse_ref(str(user_id)))
        return found if self.user_can_authenticate(found) else None
