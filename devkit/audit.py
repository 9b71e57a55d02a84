"""Whether a fault is published of a package that the app ships: `make audit`, by pip-audit.

Where the database can not be asked, that is said and is no failure: a check that needs a network must not stop work
without one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

from devkit.deploy import packages
from devkit.environments import AUDIT, build_missing
from devkit.errors import DevkitError
from devkit.places import Places


def audit(places: Places, check: Callable[[], None], out: TextIO = sys.stdout) -> None:
    """Tells `out` what pip-audit finds of requirements.txt and all that it needs.

    Raises `DevkitError` where a fault is published, or pip-audit says nothing.
    """
    build_missing([AUDIT], places, sys.stderr)
    shipped, log = places.of("packages"), places.logs / "audit.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    packages.install(places.root / "requirements.txt", shipped, os.environ, log, check)
    print(verdict(_found(shipped)), file=out)


def verdict(found: Mapping[str, Any]) -> str:
    """The sentence for pip-audit's answer `found`; raises `DevkitError` with all faults where there are some."""
    parts = found["dependencies"]
    faults = [f"{each['name']} {each['version']}: {_named(fault)}" for each in parts for fault in each.get("vulns", [])]
    if faults:
        raise DevkitError("Faults are published of what the app ships:\n" + "\n".join(faults))
    unknown = [each["name"] for each in parts if "skip_reason" in each]
    if unknown:
        return f"NOT CHECKED, since the database did not answer for them: {', '.join(unknown)}."
    return f"No fault is published of the {len(parts)} packages that the app ships."


def _named(fault: Mapping[str, Any]) -> str:
    mended = ", ".join(fault.get("fix_versions") or []) or "no version yet"
    return f"{fault['id']}, mended in {mended}"


def _found(folder: Path) -> Mapping[str, Any]:
    command = [str(AUDIT.python), "-m", "pip_audit", "--path", str(folder), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found: Mapping[str, Any] = json.loads(done.stdout)
    except ValueError:
        if "ConnectionError" in done.stderr or "Max retries" in done.stderr:
            return {"dependencies": [{"name": "all of them", "skip_reason": "no network"}]}
        raise DevkitError(f"pip-audit says nothing: {done.stderr.strip()[-500:]}") from None
    return found
