"""Which files have changed, for the redeploy.

It asks for the times of some hundred files several times a second, which costs a millisecond. A watcher by events would
have to survive editors that replace a file when they save it, and sees nothing on the mounts of some containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

IGNORED = {"__pycache__", "deployed", "deployments"}
Snapshot = dict[Path, tuple[int, int]]


class Watch:
    """What is new below `root` since the last look, in the files and folders `names`."""

    def __init__(self, root: Path, names: tuple[str, ...]) -> None:
        self._root = root
        self._names = names
        self._known = self._look()
        self._pending: Snapshot | None = None

    def changes(self) -> set[str]:
        """The paths, relative to the root, that have changed and come to rest since the last call that named some.

        Files that still change at the next look are held back: an editor or a checkout may be at work on them.
        """
        now = self._look()
        if now == self._known:
            self._pending = None
            return set()
        if now != self._pending:
            self._pending = now
            return set()
        changed = {path for path, _ in now.items() ^ self._known.items()}
        self._known, self._pending = now, None
        return {path.relative_to(self._root).as_posix() for path in changed}

    def _look(self) -> Snapshot:
        return dict(self._states())

    def _states(self) -> Iterator[tuple[Path, tuple[int, int]]]:
        for name in self._names:
            for path in (self._root / name, *(self._root / name).rglob("*")):
                if IGNORED.isdisjoint(path.parts[len(self._root.parts) :]) and not _is_by_the_way(path):
                    try:
                        state = path.stat()
                    except OSError:
                        continue
                    if path.is_file():
                        yield path, (state.st_mtime_ns, state.st_size)


def _is_by_the_way(path: Path) -> bool:
    """Whether a file is compiled code, or hidden: the editor's or the system's own."""
    return path.suffix == ".pyc" or (path.name.startswith(".") and not path.is_dir())
