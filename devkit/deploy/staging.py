"""The folder from which `chalice deploy` runs: a copy of the project with one stage's settings in its configuration.

So the tracked `.chalice/config.json` stays as its author wrote it, and settings given to a command reach the deployed
functions.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from chalicelib.connect.settings import LOCAL
from devkit.deploy.compiled import compile_folder, compile_into
from devkit.deploy.rights import add_rights
from devkit.errors import DevkitError

REQUIREMENTS = "requirements.txt"
VENDOR = "vendor"
LIBRARY = "chalicelib"
CODE = ("app.py", REQUIREMENTS, LIBRARY, VENDOR)
"""What Chalice ships (https://aws.github.io/chalice/topics/packaging.html)."""

SITE = "static_site"
CHALICE = ".chalice"


@dataclass(frozen=True, slots=True)
class Staging:
    """The copy of the project `root` in `folder`, for the deploy of `stage`."""

    root: Path
    folder: Path
    stage: str
    packages: Path | None = None
    """Where the packages of requirements.txt are installed; they are then shipped from there (see
    `devkit.deploy.packages`). None: Chalice gets them."""

    @property
    def record(self) -> Path:
        """Where Chalice notes what it has deployed; without it, Chalice would create everything a second time.

        Those of a real stage are in the project's own `.chalice/deployed`, where `chalice logs` and `chalice delete`
        look for them, and no cleaning up reaches them.
        """
        return self.folder / CHALICE / "deployed" / f"{self.stage}.json"

    def digest(self, settings: Mapping[str, str]) -> str:
        """A digest of everything that a deploy with `settings` would ship, and of what decides whether it succeeds."""
        tools = f"chalice {version('chalice')}, Python {platform.python_version()}, {json.dumps([*settings.items()])}"
        pages = (path.name for path in (self.root / SITE).glob("*.html"))
        digest = hashlib.sha256("\0".join([tools, *sorted(pages)]).encode())
        for path in self._sources():
            digest.update(f"\0{path.relative_to(self.root)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def fill(self, settings: Mapping[str, str]) -> None:
        """Copies the project and writes `settings` into the stage.

        Raises `DevkitError` where the project's configuration can not be used.
        """
        config = with_settings(read_config(self.root), self.stage, settings)
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in CODE:
            _replace(self.root / name, self.folder / name)
        for old in _configuration(self.folder):
            old.unlink()
        (self.folder / CHALICE).mkdir(exist_ok=True)
        for path in _configuration(self.root):
            shutil.copy2(path, self.folder / CHALICE / path.name)
        add_rights(self.folder / CHALICE, self.stage, config)
        (self.folder / CHALICE / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        # app.py looks there whether the pages exist that the descriptor names; Chalice ships nothing of that name.
        _link(self.folder / SITE, self.root / SITE)
        if self.packages:
            self._vendor(self.packages)
        compile_folder(self.folder / LIBRARY)
        app, requirements = self.folder / "app.py", self.folder / REQUIREMENTS
        compile_into(self.folder / VENDOR, app, None if self.packages else requirements)
        if self.stage != LOCAL:
            (self.root / CHALICE / "deployed").mkdir(exist_ok=True)
            _link(self.folder / CHALICE / "deployed", self.root / CHALICE / "deployed")

    def deployed(self) -> list[dict[str, Any]]:
        """What Chalice has deployed, as its own notes say: one dictionary per resource; empty before the first time."""
        if not self.record.is_file():
            return []
        resources: list[dict[str, Any]] = json.loads(self.record.read_text())["resources"]
        return resources

    def _vendor(self, packages: Path) -> None:
        (self.folder / REQUIREMENTS).write_text("")
        vendor = self.folder / VENDOR
        vendor.mkdir(exist_ok=True)
        for package in packages.iterdir():
            own = vendor / package.name
            if own.is_dir() and package.is_dir():
                shutil.copytree(package, own, dirs_exist_ok=True)
            elif not own.exists():
                own.symlink_to(package.resolve(), target_is_directory=package.is_dir())

    def _sources(self) -> Iterator[Path]:
        yield from _configuration(self.root)
        for name in CODE:
            path = self.root / name
            for each in sorted([path, *path.rglob("*")]):
                if each.is_file() and each.suffix != ".pyc" and not each.name.startswith("."):
                    yield each


def with_settings(config: Any, stage: str, settings: Mapping[str, str]) -> dict[str, Any]:
    """Chalice's configuration `config` with `settings` among the environment variables of `stage`.

    Raises `DevkitError` where `config` has no such stage.
    """
    stages = config.get("stages") if isinstance(config, dict) else None
    if not isinstance(stages, dict) or not isinstance(stages.get(stage), dict):
        known = ", ".join(sorted(stages)) if isinstance(stages, dict) else "none"
        raise DevkitError(f"There is no stage {stage!r} in .chalice/config.json; the stages are: {known}.")
    variables = {**stages[stage].get("environment_variables", {}), **settings}
    return {**config, "stages": {**stages, stage: {**stages[stage], "environment_variables": variables}}}


def read_config(root: Path) -> Any:
    """Chalice's configuration of the project `root`. Raises `DevkitError` where it is missing or not JSON."""
    try:
        return json.loads((root / CHALICE / "config.json").read_text())
    except OSError as fault:
        raise DevkitError("There is no .chalice/config.json: Chalice reads the stages from it.") from fault
    except ValueError as fault:
        raise DevkitError(f".chalice/config.json is not JSON: {fault}.") from fault


def check_stage(root: Path, stage: str) -> None:
    """Raises `DevkitError` where the configuration of the project `root` has no such `stage`."""
    with_settings(read_config(root), stage, {})


def _configuration(root: Path) -> list[Path]:
    return sorted((root / CHALICE).glob("*.json"))


def _link(link: Path, target: Path) -> None:
    """Makes `link` lead to the folder `target`; where there is none, removes it."""
    link.unlink(missing_ok=True)
    if target.is_dir():
        link.symlink_to(target.resolve(), target_is_directory=True)


def _replace(source: Path, target: Path) -> None:
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*"))
    elif source.is_file():
        shutil.copy2(source, target)
