"""What is shipped, as a bill of materials: `make sbom`, and beside the template of `devkit package`.

Versions, digests and licences are those of the very files that pip has installed, from its own report
(https://pip.pypa.io/en/stable/reference/installation-report/); the format is CycloneDX 1.6
(https://cyclonedx.org/docs/1.6/json/), written by the CycloneDX project's own library.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, TextIO

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from chalicelib.connect.settings import APP
from devkit.deploy import packages
from devkit.deploy.staging import REQUIREMENTS
from devkit.environments import explain
from devkit.errors import DevkitError
from devkit.places import Places
from devkit.processes import run_program

PINS = "requirements-dev.txt"
"""Where Chalice is pinned, which adds its own runtime to what is shipped."""

_CHALICE = re.compile(r"^chalice==.*(?:\n    --hash=.*)*", re.MULTILINE)


def sbom(places: Places, check: Callable[[], None], out: TextIO = sys.stdout) -> None:
    """Tells `out` what `make deploy` ships. `check` is called several times a second and may raise.

    Raises `DevkitError` where pip fails, or a package has no wheel for Lambda.
    """
    folder, log = places.of(f"packages-{packages.X86}"), places.logs / "sbom.log"
    packages.install(places.root / REQUIREMENTS, folder, os.environ, log, check, packages.X86)
    print(bill([packages.report_of(folder), chalices_report(places.root, places.home, log, check)]), file=out)


def bill(reports: Iterable[Path]) -> str:
    """The bill, in JSON, of all that pip's `reports` say was installed; one that is not there says nothing."""
    there = (json.loads(report.read_text()) for report in reports if report.is_file())
    parts = [_component(each) for report in there for each in report["install"]]
    bom = Bom(components=parts)
    bom.metadata.component = Component(name=APP, type=ComponentType.APPLICATION, bom_ref=APP)
    bom.register_dependency(bom.metadata.component, parts)
    return make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)


def chalices_report(root: Path, folder: Path, log: Path, check: Callable[[], None]) -> Path:
    """Pip's report of Chalice, as the project `root` pins it, in `folder`. Raises `DevkitError` where pip fails."""
    pinned, report = folder / "chalice.txt", folder / "chalice.json"
    found = _CHALICE.search((root / PINS).read_text())
    if not found:
        raise DevkitError(f"{PINS} names no chalice: run `make lock`.")
    folder.mkdir(parents=True, exist_ok=True)
    pinned.write_text(found[0].rstrip(" \\") + "\n")
    options = ["--dry-run", "--no-deps", "--ignore-installed", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", *options, "--report", str(report), "-r", str(pinned)]
    if run_program(command, folder, {"PIP_RETRIES": "2", **os.environ}, log, check):
        raise DevkitError(f"Chalice could not be looked up: {explain(log.read_text(errors='replace'))}")
    return report


def _component(installed: Mapping[str, Any]) -> Component:
    about, file = installed["metadata"], installed["download_info"]
    name, version = about["name"], about["version"]
    licence = about.get("license_expression") or about.get("license") or ", ".join(_classified(about))
    sha256 = HashType(alg=HashAlgorithm.SHA_256, content=file["archive_info"]["hashes"]["sha256"])
    purl = PackageURL("pypi", None, re.sub(r"[-_.]+", "-", name).lower(), version)
    return Component(
        name=name,
        version=version,
        bom_ref=str(purl),
        purl=purl,
        hashes=[sha256],
        licenses=[LicenseFactory().make_from_string(licence)] if licence else [],
        properties=[Property(name=f"{APP}:file", value=PurePosixPath(file["url"]).name)],
    )


def _classified(about: Mapping[str, Any]) -> list[str]:
    """What the classifiers of a package say of its licence, for one that says it nowhere else."""
    return [each.rpartition(":: ")[2] for each in about.get("classifier", []) if each.startswith("License ::")]
