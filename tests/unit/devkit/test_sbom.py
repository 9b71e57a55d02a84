"""The bill of materials: what pip says it has installed, in CycloneDX's words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from devkit.sbom import bill

DIGEST = "ab" * 32


def installed(name: str, **about: Any) -> dict[str, Any]:
    """One package of pip's report."""
    file = {"url": f"https://x/{name}-1.0.whl", "archive_info": {"hashes": {"sha256": DIGEST}}}
    return {"metadata": {"name": name, "version": "1.0", **about}, "download_info": file}


def report(path: Path, *packages: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"install": packages}))
    return path


def test_every_package_has_its_version_its_digest_and_its_licence(tmp_path: Path) -> None:
    classified = {"classifier": ["Topic :: X", "License :: OSI Approved :: MIT License"]}
    packages = report(
        tmp_path / "a.json",
        installed("Some_Thing", license_expression="Apache-2.0 OR MIT"),
        installed("b", license="BSD-3-Clause"),
        installed("c", **classified),
        installed("d"),
    )

    text = bill([packages, report(tmp_path / "b.json", installed("chalice", license="Apache License 2.0"))])

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    found = json.loads(text)
    parts = {each["name"]: each for each in found["components"]}
    assert {name: each.get("licenses") for name, each in parts.items()} == {
        "Some_Thing": [{"expression": "Apache-2.0 OR MIT"}],
        "b": [{"license": {"id": "BSD-3-Clause"}}],
        "c": [{"license": {"name": "MIT License"}}],
        "chalice": [{"license": {"name": "Apache License 2.0"}}],
        "d": None,
    }
    assert {each["version"] for each in parts.values()} == {"1.0"}
    assert all(each["hashes"] == [{"alg": "SHA-256", "content": DIGEST}] for each in parts.values())
    assert parts["Some_Thing"]["purl"] == "pkg:pypi/some-thing@1.0"
    (app,) = [each for each in found["dependencies"] if each["ref"] == found["metadata"]["component"]["bom-ref"]]
    assert len(app["dependsOn"]) == len(parts)


def test_an_app_without_packages_has_a_bill_of_chalice_alone(tmp_path: Path) -> None:
    text = bill([tmp_path / "none.json", report(tmp_path / "b.json", installed("chalice"))])
    assert [each["name"] for each in json.loads(text)["components"]] == ["chalice"]
