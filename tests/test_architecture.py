"""The arrows of the tree, read from the imports: who may know whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONNECT = "chalicelib.connect"

LAYERS: dict[str, set[str]] = {
    # A module of the framework (or a folder of modules) and the other ones that it may import.
    "errors": set(),
    "values": set(),
    "http": set(),
    "settings": {"errors"},
    "observability": set(),
    "protocol": {"errors"},
    "runs": set(),
    "tools": {"jira", "starter", "storage.ports"},
    "jobs": {"errors", "jira", "runs", "starter", "storage.ports", "tenants"},
    "starter": {"errors", "jobs", "observability", "protocol", "runs", "storage.ports"},
    "job_worker": {
        *("batches", "errors", "jobs", "observability", "protocol"),
        *("runs", "starter", "storage.ports", "tenants", "tools"),
    },
    "system_jobs": {
        *("errors", "events", "jira", "jobs", "observability"),
        *("retention", "starter", "storage.ports", "sweep"),
    },
    "personal_data": {"jira", "storage.ports", "tenants"},
    "account_job": {"batches", "jira", "jobs", "observability", "personal_data"},
    "retention": {"observability", "storage.ports", "tenants"},
    "rights": {"errors", "settings"},
    "tenants": set(),
    "events": {"jira", "starter", "storage.ports", "tenants"},
    "storage.ports": {"protocol", "runs", "tenants"},
    "storage": {"errors", "http", "protocol", "runs", "tenants"},
    "jira": {"errors", "observability", "protocol", "tenants"},
    "web": {
        *("errors", "jira", "observability", "protocol"),
        *("services", "starter", "storage.ports", "tenants", "tools"),
    },
    "descriptor": {"errors", "protocol", "web"},
    "lifecycle": {"errors", "observability", "storage.ports", "tenants", "web"},
    "webhooks": {"errors", "observability", "protocol", "storage.ports", "web"},
    "sweep": {"observability", "jira", "protocol", "storage.ports"},
    "batches": {"errors", "observability", "storage.ports"},
    "tenant_cap": {"errors", "observability", "storage.ports"},
    "worker": {
        *("batches", "errors", "events", "jira", "observability"),
        *("protocol", "storage.ports", "tenant_cap", "tenants", "tools"),
    },
    "pages": {"errors", "settings", "storage.ports", "web"},
}
"""`values` may be imported by all. `wiring` and `services` may import everything; nothing imports them but app.py (and
`web.routes`, for its types)."""

OUTSIDE: dict[str, tuple[str, ...]] = {
    # A package from outside, and where it may be imported.
    "chalice": (
        "app.py",
        "chalicelib/connect/web/",
        "chalicelib/connect/wiring.py",
        *map("chalicelib/connect/{}.py".format, ("descriptor", "pages")),
    ),
    "boto3": ("chalicelib/connect/storage/boto.py",),
    "botocore": ("chalicelib/connect/storage/boto.py",),
    "urllib3": ("chalicelib/connect/jira/",),
    "requests": ("chalicelib/connect/jira/",),
    "cryptography": ("chalicelib/connect/protocol/tokens.py",),
}

PURE = {
    "base64",
    "collections",
    "dataclasses",
    "functools",
    "hashlib",
    "hmac",
    "json",
    "re",
    "typing",
    "urllib",
    "zlib",
    "cryptography",
}
"""What the protocol may import from outside: nothing in here reads a file, a socket, a clock or the environment."""


def modules(folder: str) -> list[Path]:
    """The modules below `folder`."""
    return sorted((ROOT / folder).rglob("*.py"))


def imports(module: Path) -> Iterator[str]:
    """The full names of all that `module` imports, wherever in it."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are written in full here"
            assert node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer(name: str) -> str:
    """The layer of the framework that the module `name` belongs to."""
    parts = name.removeprefix(f"{CONNECT}.").split(".")
    return "storage.ports" if parts[:2] == ["storage", "ports"] else parts[0]


def dotted(module: Path) -> str:
    """The name by which `module` is imported."""
    return ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("module", modules("chalicelib/connect"), ids=dotted)
def test_the_arrows_of_the_framework_point_one_way(module: Path) -> None:
    own = layer(dotted(module))
    if own in ("wiring", "services", "chalicelib"):
        return
    allowed = LAYERS[own] | {own, "values"}
    known = {layer(name) for name in imports(module) if name.startswith(f"{CONNECT}.")}
    if own == "storage":
        allowed |= {"storage.ports"}
    assert known <= allowed


@pytest.mark.parametrize("module", modules("chalicelib/connect"), ids=dotted)
def test_the_framework_knows_no_app_and_no_devkit(module: Path) -> None:
    strangers = ("chalicelib.time_in_status", "devkit", "tests", "app")
    assert not [name for name in imports(module) if name.split(".")[0] in strangers or name.startswith(strangers[0])]


@pytest.mark.parametrize("module", modules("chalicelib/connect/protocol"), ids=dotted)
def test_the_protocol_does_no_io(module: Path) -> None:
    outside = {name.split(".")[0] for name in imports(module)} - {"chalicelib", "__future__"}
    assert outside <= PURE


@pytest.mark.parametrize("module", modules("chalicelib/time_in_status"), ids=dotted)
def test_the_app_uses_the_public_names_of_the_framework_alone(module: Path) -> None:
    public = {"events", "errors", "jobs", "personal_data", "storage.ports", "values", "web"}
    assert {layer(name) for name in imports(module) if name.startswith(CONNECT)} <= public
    assert not [name for name in imports(module) if name.startswith(("boto3", "botocore", "chalice."))]


@pytest.mark.parametrize("module", modules("devkit/jira"), ids=dotted)
def test_the_stand_in_for_jira_is_a_reading_of_the_protocol_of_its_own(module: Path) -> None:
    assert not [name for name in imports(module) if name.startswith(("chalicelib", "app"))]


@pytest.mark.parametrize("package", OUTSIDE)
def test_only_one_room_knows_each_package_from_outside(package: str) -> None:
    for module in [ROOT / "app.py", *modules("chalicelib")]:
        place = str(module.relative_to(ROOT))
        if package in {name.split(".")[0] for name in imports(module)}:
            assert place.startswith(OUTSIDE[package]), place


@pytest.mark.parametrize("folder", ["chalicelib", "devkit", "tests"])
def test_no_module_is_too_long_to_read(folder: str) -> None:
    lengths = {str(module): len(module.read_text(encoding="utf-8").splitlines()) for module in modules(folder)}
    assert {module: lines for module, lines in lengths.items() if lines > 300} == {}


@pytest.mark.parametrize("module", [*modules("chalicelib"), *modules("devkit")], ids=dotted)
def test_every_module_says_what_it_is(module: Path) -> None:
    source = module.read_text(encoding="utf-8")
    assert not source.strip() or ast.get_docstring(ast.parse(source))


def test_no_test_replaces_a_part_behind_its_back() -> None:
    words = ("mock" + ".patch", "import " + "mock", "monkeypatch" + ".setattr")
    assert [module.name for module in modules("tests") if any(word in module.read_text() for word in words)] == []
