"""What must stay with the hospital: the key of the hashes, which scan is which, and faults with their files' names.

It lies in a folder of its own beside the store, never inside it: whoever gets the store cannot find a patient by
hashing all numbers there are.
"""

from __future__ import annotations

import csv
import hashlib
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ai.training.cohort.errors import CohortError

_KEY_BYTES, _DIGEST_BYTES = 32, 10
_KEY, _SCANS, _FAULTS = "key", "scans.csv", "faults.csv"


@dataclass(frozen=True)
class Private:
    """The private side of a cohort.

    Args:
        folder: where it lies.
        key: of the hashes, 32 bytes drawn by chance once.
    """

    folder: Path
    key: bytes

    @classmethod
    def of(cls, folder: Path) -> Private:
        """Open it; the first time it is made, for this user alone to read.

        Raises:
            CohortError: the folder cannot be made or read, or its key is damaged.
        """
        path = folder / _KEY
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                folder.chmod(0o700)
                draft = folder / f".{_KEY}.{os.getpid()}"
                draft.write_text(secrets.token_hex(_KEY_BYTES), encoding="ascii")
                draft.chmod(0o600)
                draft.replace(path)
            key = bytes.fromhex(path.read_text(encoding="ascii"))
        except (OSError, ValueError) as cause:
            raise CohortError(f"{path} cannot be made or read ({cause}); choose another --private folder.") from cause
        if len(key) != _KEY_BYTES:
            raise CohortError(f"{path} is damaged; without it scans cannot be known again. Restore it from a copy.")
        return cls(folder, key)

    def hashed(self, kind: str, *words: str) -> str:
        """Return what stands in the store for something that names a person: 20 hexadecimal digits."""
        text = "\0".join((kind, *words)).encode()
        return hashlib.blake2b(text, key=self.key, digest_size=_DIGEST_BYTES).hexdigest()

    def write_scans(self, rows: Iterable[Sequence[str]]) -> None:
        """Write which scan is which: key, report, file."""
        self._write(_SCANS, ("key", "report", "scan"), rows)

    def write_faults(self, rows: Iterable[Sequence[str]]) -> None:
        """Write what is not in the cohort: reason, file or report, the sentence about it."""
        self._write(_FAULTS, ("reason", "of", "sentence"), rows)

    def faults(self) -> dict[str, str]:
        """Return what the run before said of what it left out: file or report → the sentence."""
        path = self.folder / _FAULTS
        if not path.exists():
            return {}
        with path.open(newline="", encoding="utf-8") as file:
            return {row["of"]: row["sentence"] for row in csv.DictReader(file)}

    def _write(self, name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        draft = self.folder / f".{name}.{os.getpid()}"
        try:
            with draft.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(head)
                writer.writerows(rows)
            draft.chmod(0o600)
            draft.replace(self.folder / name)
        except OSError as cause:
            raise CohortError(f"{self.folder / name} could not be written ({cause}); make room.") from cause
