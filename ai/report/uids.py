"""Unique identifiers: new ones, ones that follow from what they name, and ones that hide where they come from."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid

_NAMES = uuid.UUID("6f1c2f0e-9d0b-5c8e-8a53-1f4d0c7b2a11")
"""The root of identifiers made from names (RFC 4122, version 5)."""


class Uids:
    """The identifiers of one export.

    Args:
        anonymous: every identifier that comes from elsewhere is replaced by one that a secret of this export hides: the
            same one each time within the export, another one in the next. The secret is kept nowhere.
    """

    def __init__(self, anonymous: bool = False) -> None:
        self._secret = secrets.token_bytes(32) if anonymous else b""

    @property
    def anonymous(self) -> bool:
        """True where identifiers are hidden."""
        return bool(self._secret)

    def of(self, uid: str) -> str:
        """Return the identifier to write for one that came from elsewhere."""
        if not self._secret:
            return uid
        hidden = hmac.new(self._secret, uid.encode(), hashlib.sha256).digest()
        return _uid(uuid.UUID(bytes=hidden[:16], version=4))

    def named(self, *parts: str) -> str:
        """Return the identifier that follows from a name: always the same one, unless this export hides it."""
        return self.of(_uid(uuid.uuid5(_NAMES, "\0".join(parts))))

    def new(self) -> str:
        """Return one that nobody has."""
        return _uid(uuid.uuid4())


def _uid(unique: uuid.UUID) -> str:
    """Return the DICOM form of a UUID (PS3.5 B.2)."""
    return f"2.25.{unique.int}"
