"""The documents against the code: what the code has, the documents name; what they show, runs."""

from __future__ import annotations

import argparse
import inspect
import io
import re
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chalicelib.connect import errors, settings
from chalicelib.connect.events import Delivery, Events
from devkit.deliveries.command_line import COMMANDS, add_arguments
from devkit.deploy.command_line import COMMANDS as STAGE_COMMANDS
from devkit.jobs import command_line as job_commands
from devkit.retention.command_line import add_arguments as add_retention
from devkit.secrets.command_line import add_arguments as add_secrets
from devkit.watch.command_line import COMMANDS as WATCHING
from tests.fakes import FakeRecords
from tests.loaded_app import LoadedApp

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
DEPENDENCIES = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    documented = set(re.findall(r"^\| `(CONNECT_\w+)`", REFERENCE, re.MULTILINE))
    assert documented == {f"CONNECT_{name}" for name in settings.NAMES}


def test_every_setting_of_make_run_is_documented() -> None:
    used = set()
    for module in (ROOT / "devkit").rglob("*.py"):
        used |= set(re.findall(r"DORMOUSE_[A-Z]+_PORT", module.read_text(encoding="utf-8")))
    assert used == set(re.findall(r"^\| `(DORMOUSE_\w+)`", REFERENCE, re.MULTILINE))


def test_every_error_is_documented_with_its_status() -> None:
    for name, error in inspect.getmembers(errors, inspect.isclass):
        if error.__module__ == errors.__name__:
            assert f"`{name}" in REFERENCE, name
            if status := getattr(error, "status", None):
                assert f"| `{name}` | {status} |" in REFERENCE


def test_every_error_is_drawn_in_the_tree() -> None:
    tree = errors.__doc__ or ""
    for name, error in inspect.getmembers(errors, inspect.isclass):
        assert error.__module__ != errors.__name__ or re.search(rf"\b{name}\b", tree), name


def test_every_route_is_documented_with_the_token_that_opens_it(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = re.findall(r"^\| ([A-Z, ]+) \| `(/[^`]+)` \| (\w+) \|", REFERENCE, re.MULTILINE)
    documented = {(method, path): kind for methods, path, kind in rows for method in methods.split(", ")}

    assert documented == LoadedApp(monkeypatch).connect.routes.token_kinds


def test_every_make_target_is_documented() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    assert targets == set(re.findall(r"^\| `make ([a-z-]+)", REFERENCE, re.MULTILINE))


def test_every_command_on_dead_letters_is_documented() -> None:
    assert set(COMMANDS) == set(re.findall(r"^\| `python -m devkit deliveries (\w+)", REFERENCE, re.MULTILINE))


def test_every_command_on_stages_is_documented() -> None:
    for name in (*STAGE_COMMANDS, *WATCHING):
        assert re.search(rf"^\| `python -m devkit [^|]*\b{name}\b", REFERENCE, re.MULTILINE), name


def test_every_command_on_jobs_is_documented() -> None:
    assert set(job_commands.COMMANDS) == set(re.findall(r"^\| `python -m devkit jobs (\w+)", REFERENCE, re.MULTILINE))


@pytest.mark.parametrize("add", [job_commands.add_arguments, add_retention, add_secrets])
def test_every_option_of_the_commands_on_jobs_retention_and_secrets_is_documented(
    add: Callable[[argparse.ArgumentParser], None],
) -> None:
    parser = argparse.ArgumentParser()
    add(parser)
    for option in _options(parser) - {"--help"}:
        assert option in OPERATIONS, option


def _options(parser: argparse.ArgumentParser) -> set[str]:
    """The options of a parser and of its commands."""
    found: set[str] = set()
    for action in parser._actions:
        found |= {option for option in action.option_strings if option.startswith("--")}
        if isinstance(action, argparse._SubParsersAction):
            found |= {option for command in action.choices.values() for option in _options(command)}
    return found


def test_every_option_of_the_commands_on_dead_letters_is_documented() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with pytest.raises(SystemExit), redirect_stdout(io.StringIO()) as helped:
        parser.parse_args(["replay", "--help"])
    for option in set(re.findall(r"--[a-z][a-z-]+", helped.getvalue())) - {"--help"}:
        assert option in OPERATIONS, option


def test_every_dependency_has_its_reason() -> None:
    for file in ROOT.glob("requirements*.in"):
        for name in re.findall(r"^([A-Za-z0-9-]+)", file.read_text(encoding="utf-8"), re.MULTILINE):
            if name != "-r":
                assert re.search(rf"\b{re.escape(name)}\b", DEPENDENCIES, re.IGNORECASE), name


def test_the_handler_in_the_readme_does_what_it_says() -> None:
    (snippet,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len([line for line in snippet.splitlines() if line]) <= 12
    names: dict[str, Any] = {}
    exec(snippet, names)  # noqa: S102 - our own README

    events: Events = names["events"]
    records = FakeRecords()
    body = {"comment": {"id": "5"}, "issue": {"id": "10001"}}
    delivery = cast(Delivery, SimpleNamespace(body=body, records=records))
    (handler,) = events.handlers("comment_created")
    handler(delivery)
    handler(delivery)

    assert events.names() == ("comment_created",)
    assert records.get("comments/10001") == {"ids": ["5"]}


def test_every_published_mistake_is_documented_with_tests_that_exist() -> None:
    text = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    section = text.partition("## Published mistakes")[2].partition("\n## ")[0]
    tests = {
        module.name: set(re.findall(r"^def (test_\w+)", module.read_text(encoding="utf-8"), re.MULTILINE))
        for module in (ROOT / "tests/security").glob("test_*.py")
    }
    named = set(re.findall(r"`(test_\w+)`", section))
    assert tests["test_advisories.py"] | tests["test_advisories_on_forms.py"] <= named <= set.union(*tests.values())


def test_every_link_between_the_documents_leads_somewhere() -> None:
    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
