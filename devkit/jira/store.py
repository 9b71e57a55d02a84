"""What the stand-in remembers: JSON documents by kind and id, in one SQLite file that a crash can not corrupt."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS documents (
        place INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (kind, id)
    )
"""
_PUT = (
    "INSERT INTO documents (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body"
)


class StoreFault(Exception):
    """The file can not be used; says why."""


class Store:
    """Documents in the file `stand-in.sqlite` of `folder`, or in memory where that is None."""

    def __init__(self, folder: Path | None = None) -> None:
        """Raises `StoreFault` where the folder or the file can not be used."""
        path = ":memory:" if folder is None else str(folder / "stand-in.sqlite")
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as fault:
            raise StoreFault(f"the state in {path} can not be used: {fault}") from fault
        self._depth = 0

    def all(self, kind: str) -> list[Json]:
        """All documents of one kind, in the order in which they were first put."""
        rows = self._db.execute("SELECT body FROM documents WHERE kind = ? ORDER BY place", (kind,))
        return [json.loads(body) for (body,) in rows]

    def get(self, kind: str, identity: str) -> Json | None:
        """One document, or None."""
        row = self._db.execute("SELECT body FROM documents WHERE kind = ? AND id = ?", (kind, identity)).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, kind: str, identity: str, body: Json) -> None:
        """Writes one document, in place of the former one."""
        self._db.execute(_PUT, (kind, identity, json.dumps(body, ensure_ascii=False)))

    def remove(self, kind: str, identity: str) -> None:
        """Removes one document; does nothing where there is none."""
        self._db.execute("DELETE FROM documents WHERE kind = ? AND id = ?", (kind, identity))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written within is kept as a whole or not at all."""
        self._depth += 1
        try:
            if self._depth == 1:
                self._db.execute("BEGIN")
            yield
        except BaseException:
            if self._depth == 1:
                self._db.execute("ROLLBACK")
            raise
        else:
            if self._depth == 1:
                self._db.execute("COMMIT")
        finally:
            self._depth -= 1

    def close(self) -> None:
        """Closes the file."""
        self._db.close()
