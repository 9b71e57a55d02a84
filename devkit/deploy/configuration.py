"""Whether a stage's configuration can be deployed, found out without AWS: settings, descriptor, policies, secrets."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from devkit.cloud.embedded import without_aws
from devkit.deploy.reasons import why
from devkit.deploy.rights import KEY_SETTING
from devkit.deploy.staging import CHALICE, read_config, with_settings
from devkit.deploy.template import functions
from devkit.places import PREFIX

APP_SECONDS = 60
"""How long the app may take to be imported; it takes a third of a second."""

MOST_BYTES = 4_000
"""Lambda takes 4 KB of environment variables, and the deploy adds one of its own
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html)."""

LOADED = "import app; print(*(each.name for each in (*app.app.event_sources, *app.app.pure_lambda_functions)))"
"""What has Python load the app, and say what functions it has beside its routes."""

RESERVED = "reserved_concurrency"
"""Chalice's word for it, for a stage or one of its functions
(https://aws.github.io/chalice/topics/configfile.html)."""

GATEWAY_STAGE = "api_gateway_stage"
"""Chalice's word for what API Gateway calls the stage; left open, it is ``api``."""

_SECRET_NAME = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|PRIVATE|CREDENTIAL|API_?KEY", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"\bAKIA[0-9A-Z]{16}\b|-----BEGIN|\beyJ[\w-]{10,}\.eyJ|\bgh[pousr]_\w{20,}|\bATATT\w{20,}")


def configuration_faults(root: Path, stage: str, settings: Mapping[str, str]) -> list[str]:
    """What is wrong with the configuration of `stage` in the project `root`, one sentence each.

    `settings` are those that the deploy adds. Raises `DevkitError` where there is no such stage.
    """
    config = with_settings(read_config(root), stage, settings)
    chosen = config["stages"][stage]
    given = {**config.get("environment_variables", {}), **chosen["environment_variables"]}
    gateway_stage = chosen.get(GATEWAY_STAGE, config.get(GATEWAY_STAGE, "api"))
    return [
        *_other_names(stage, {"CONNECT_STAGE": given.get("CONNECT_STAGE", stage), GATEWAY_STAGE: gateway_stage}),
        *_secrets(given),
        *_size(given),
        *(f"{fault}" for function in _functions(chosen) for fault in _policy_faults(root, stage, function)),
        *_app_faults(root, stage, chosen),
    ]


def variables(root: Path, stage: str, settings: Mapping[str, str]) -> dict[str, str]:
    """The environment variables of the stage's functions. Raises `DevkitError` where there is no such stage."""
    config = with_settings(read_config(root), stage, settings)
    found: dict[str, str] = config["stages"][stage]["environment_variables"]
    return found


def reserved_concurrency(root: Path, stage: str) -> int:
    """How many functions at a time the configuration of `stage` reserves for its own, all of them together.

    Raises `DevkitError` where there is no such stage.
    """
    config = with_settings(read_config(root), stage, {})
    chosen = config["stages"][stage]
    usual = chosen.get(RESERVED, config.get(RESERVED, 0))
    own = chosen.get("lambda_functions", {})
    names = ("api_handler", *(name.rpartition("-")[2] for key, name in functions(stage).items() if key != "Api"))
    return sum(int(own.get(name, {}).get(RESERVED, usual)) for name in names)


def _functions(chosen: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    yield "the routes", chosen.get("iam_policy_file")
    for name, function in chosen.get("lambda_functions", {}).items():
        yield f"the function {name}", function.get("iam_policy_file", chosen.get("iam_policy_file"))


def _other_names(stage: str, named: Mapping[str, str]) -> Iterator[str]:
    """A stage that was copied and still has the other's name somewhere would share its things, or be watched by no
    alarm."""
    for what, name in named.items():
        if name != stage:
            yield f"{what} of the stage {stage} in .chalice/config.json must be {stage!r}, and is {name!r}."


def _secrets(given: Mapping[str, str]) -> Iterator[str]:
    for name, value in given.items():
        if (_SECRET_NAME.search(name) and name != KEY_SETTING) or _SECRET_VALUE.search(str(value)):
            yield (
                f"{name} in .chalice/config.json looks like a secret: that file is in the repository, and Lambda shows "
                "its variables to whoever may look at a function. Keep it in Parameter Store, and read it from there."
            )


def _size(given: Mapping[str, str]) -> Iterator[str]:
    size = len(json.dumps(given))
    if size > MOST_BYTES:
        longest = max(given, key=lambda name: len(given[name]))
        yield f"The environment variables take {size} bytes, and Lambda takes {MOST_BYTES}: shorten {longest}."


def _policy_faults(root: Path, stage: str, function: tuple[str, str | None]) -> Iterator[str]:
    what, name = function
    if not name:
        yield f"No policy is named for {what} of the stage {stage}: set iam_policy_file in .chalice/config.json."
        return
    try:
        policy = json.loads((root / CHALICE / name).read_text())
        statements = policy["Statement"]
        resources = [each["Resource"] for each in statements if each["Effect"] == "Allow"]
    except OSError:
        yield f"The policy .chalice/{name} of {what} is not there."
    except (ValueError, KeyError, TypeError) as fault:
        yield f"The policy .chalice/{name} of {what} can not be read: {fault}."
    else:
        others = re.compile(rf"dormouse-(?!{re.escape(stage)}-)[a-z0-9]+-")
        if any(others.search(str(resource)) for resource in resources):
            yield f"The policy .chalice/{name} of {what} reaches into another stage than {stage}."


def _app_faults(root: Path, stage: str, chosen: Mapping[str, Any]) -> Iterator[str]:
    """Has the app loaded with the stage's settings, which names every setting that is wrong, and judges the descriptor
    as `chalice deploy` would, only before anything has changed. Then looks at what functions it has."""
    given = chosen["environment_variables"]
    outside = {name: value for name, value in without_aws(os.environ).items() if not name.startswith(PREFIX)}
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=root,
        env={**outside, **given, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=APP_SECONDS,
        check=False,
    )
    if done.returncode:
        yield f"The app can not be loaded: {why(done.stderr, root)}"
    known = {name.rpartition("-")[2] for name in functions(stage).values()} & chosen.get("lambda_functions", {}).keys()
    for name in done.stdout.split():
        if name not in known:
            yield (
                f"The function {name} of app.py is new: name it in functions() of devkit/deploy/template.py, so that "
                f"it is watched and taken away, and in lambda_functions of the stage {stage} in .chalice/config.json, "
                "with a policy of its own."
            )
