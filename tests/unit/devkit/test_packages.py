"""Packages, for this machine and for Lambda: only files with one of our digests, and only where they run."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from pathlib import Path

import pytest

from devkit.deploy.packages import ARM, X86, NoWheelError, install, platforms, report_of
from devkit.errors import DevkitError

ABOUT = "Metadata-Version: 2.4\nName: small\nVersion: 1.0\nLicense-Expression: MIT\n"


def wheel(folder: Path, platform: str) -> str:
    """Makes a wheel of a small package for `platform`; returns its digest."""
    folder.mkdir(exist_ok=True)
    path = folder / f"small-1.0-py3-none-{platform}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("small/__init__.py", "X = 1\n")
        archive.writestr("small/tests/test_small.py", "")
        archive.writestr("small/testing.py", "")
        archive.writestr("small-1.0.dist-info/METADATA", ABOUT)
        archive.writestr("small-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: x\n")
        archive.writestr("small-1.0.dist-info/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def have_installed(tmp_path: Path, digest: str, processor: str | None, **pip: str) -> Path:
    """The folder into which the small package was installed, where only a file with `digest` may be taken.

    It is had from the folder ``index``, unless the settings `pip` say otherwise.
    """
    requirements, folder = tmp_path / "requirements.txt", tmp_path / "packages"
    requirements.write_text(f"small==1.0 --hash=sha256:{digest}\n")
    index = pip or {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "index")}
    environment = {"PIP_CONFIG_FILE": os.devnull, "PATH": "/usr/bin:/bin", **index}
    install(requirements, folder, environment, tmp_path / "log", lambda: None, processor)
    return folder


def test_wheels_ask_for_no_newer_glibc_than_lambda_has() -> None:
    assert platforms(ARM, (3, 11))[-1] == "manylinux_2_26_aarch64"
    assert platforms(ARM, (3, 12))[-1] == "manylinux_2_34_aarch64"
    assert platforms(ARM, (3, 13))[0] == "manylinux2014_aarch64"
    assert platforms(X86, (3, 12))[0:2] == ["manylinux2014_x86_64", "manylinux_2_5_x86_64"]


@pytest.mark.parametrize(
    ("processor", "platform"),
    [(ARM, "manylinux_2_17_aarch64"), (X86, "manylinux1_x86_64"), (X86, "manylinux_2_26_x86_64"), (None, "any")],
)
def test_a_wheel_for_the_processor_is_installed_compiled_and_reported_and_its_tests_are_left_out(
    tmp_path: Path, processor: str | None, platform: str
) -> None:
    digest = wheel(tmp_path / "index", platform)

    folder = have_installed(tmp_path, digest, processor)

    assert {path.name for path in (folder / "small").iterdir()} == {"__init__.py", "testing.py", "__pycache__"}
    assert len(list((folder / "small/__pycache__").iterdir())) == 2
    (told,) = json.loads(report_of(folder).read_text())["install"]
    assert told["download_info"]["archive_info"]["hashes"] == {"sha256": digest}


@pytest.mark.parametrize("platform", ["manylinux_2_17_aarch64", "manylinux_2_35_x86_64", "macosx_11_0_arm64"])
def test_a_package_without_a_wheel_for_lambda_is_told_apart_from_other_faults(tmp_path: Path, platform: str) -> None:
    digest = wheel(tmp_path / "index", platform)

    with pytest.raises(NoWheelError):
        have_installed(tmp_path, digest, X86)


def test_a_file_with_another_digest_is_refused_and_is_no_lack_of_a_wheel(tmp_path: Path) -> None:
    wheel(tmp_path / "index", "manylinux_2_17_x86_64")

    with pytest.raises(DevkitError, match="DO NOT MATCH THE HASHES") as fault:
        have_installed(tmp_path, hashlib.sha256(b"another").hexdigest(), X86)
    assert not isinstance(fault.value, NoWheelError)


def test_an_index_that_is_out_of_reach_is_no_lack_of_a_wheel(tmp_path: Path) -> None:
    """Pip says of both that nothing matches: taken for the other, an outage would choose another processor."""
    nobody = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "1"}  # where nothing listens

    with pytest.raises(DevkitError, match="the package index can not be reached") as fault:
        have_installed(tmp_path, hashlib.sha256(b"any").hexdigest(), X86, **nobody)
    assert not isinstance(fault.value, NoWheelError)
