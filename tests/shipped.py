"""What a package for Lambda may hold: a list by hand, so that nothing gets in unnoticed."""

from __future__ import annotations

import re
import zipfile
from fnmatch import fnmatchcase
from importlib.util import cache_from_source
from pathlib import Path

from devkit.places import ROOT

PACKAGES = {
    "certifi": "the certificates that requests trusts",
    "cffi": "cryptography names it; of it, _cffi_backend runs",
    "charset-normalizer": "requests imports it",
    "cryptography": "checks the signature of an install",
    "idna": "requests imports it",
    "pycparser": "cffi names it",
    "requests": "calls back to Jira",
    "urllib3": "reads install keys, and carries requests",
}
"""The packages of requirements.txt, and why each is there."""

FILES = {"app.py", "__pycache__/app.cpython-*.pyc"}

FOLDERS = {"chalice", "chalicelib", *(name.replace("-", "_") for name in PACKAGES)}

_OURS = re.compile(r"chalicelib/(?P<path>.*\.(py|json|pem))")
_ABOUT = re.compile(r"(?P<name>\w+)-[\w.]+\.dist-info/")
"""What a package says of itself: its version, by which Amazon Inspector finds faults that are published of it, and its
licence (https://docs.aws.amazon.com/inspector/latest/user/scanning-lambda.html)."""

_TESTS = re.compile(r"(^|/)(tests?/|test_\w+\.pyc?$|conftest\.py)")


def not_to_be_shipped(package: Path) -> list[str]:
    """What is wrong with the files of the zip `package`: those that do not run, and modules that are not compiled."""
    with zipfile.ZipFile(package) as archive:
        names = archive.namelist()
    known = set(names)
    return [
        *(f"{name} is not on the list" for name in names if not _is_listed(name)),
        *(f"{name} is there twice" for name in known if names.count(name) > 1),
        *(f"{name} is a test" for name in names if _TESTS.search(name)),
        *(f"{name} is not compiled" for name in names if name.endswith(".py") and cache_from_source(name) not in known),
        *(f"{name} has no source" for name in names if name.endswith(".pyc") and _source(name) not in known),
    ]


def _is_listed(name: str) -> bool:
    top, _, rest = name.partition("/")
    if top == "chalicelib" and not name.endswith(".pyc"):
        return _OURS.fullmatch(name) is not None and (ROOT / name).is_file()
    if about := _ABOUT.match(name):
        return about["name"].replace("_", "-") in PACKAGES
    is_file = any(fnmatchcase(name, pattern) for pattern in FILES)
    return is_file or (bool(rest) and top in FOLDERS) or re.fullmatch(r"_cffi_backend\.[\w-]+\.so", name) is not None


def _source(compiled: str) -> str:
    path = Path(compiled)
    return str(path.parents[1] / f"{path.name.partition('.')[0]}.py")
