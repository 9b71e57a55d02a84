"""What `make audit` makes of pip-audit's answer."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.audit import verdict
from devkit.errors import DevkitError

GOOD: dict[str, Any] = {"name": "urllib3", "version": "2.8.0", "vulns": []}
UNKNOWN: dict[str, Any] = {"name": "pyjwt", "skip_reason": "Dependency not found on PyPI"}
BAD: dict[str, Any] = {
    "name": "requests",
    "version": "2.34.2",
    "vulns": [{"id": "PYSEC-2027-1", "fix_versions": ["2.34.3"]}, {"id": "PYSEC-2027-2", "fix_versions": []}],
}


def test_all_is_well_where_every_package_is_known_and_none_has_a_fault() -> None:
    assert verdict({"dependencies": [GOOD]}) == "No fault is published of the 1 packages that the app ships."


def test_a_package_that_could_not_be_looked_up_is_never_called_good() -> None:
    said = verdict({"dependencies": [GOOD, UNKNOWN]})
    assert said.startswith("NOT CHECKED")
    assert "pyjwt" in said


def test_every_published_fault_stops_it_with_the_version_that_mends_it() -> None:
    with pytest.raises(DevkitError) as told:
        verdict({"dependencies": [BAD, UNKNOWN]})
    assert "requests 2.34.2: PYSEC-2027-1, mended in 2.34.3" in str(told.value)
    assert "PYSEC-2027-2, mended in no version yet" in str(told.value)
