"""For pipelines: what Chalice packages and what the stage keeps, in one CloudFormation template.

`chalice package` writes the functions and the API; the rest is merged into it from `devkit.deploy.template`. Chalice
merges dictionaries deeply and replaces all else, so nothing here overrides an intrinsic function by another one: the
two would stand side by side, which no CloudFormation takes. Log groups are of our own, under the names of the real
functions: those that Chalice would add name a function that there is not (https://github.com/aws/chalice/issues/2079).
Source: https://aws.github.io/chalice/topics/cfn.html
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from chalicelib.connect.settings import LOCAL, Resources, Settings
from devkit.deploy.alarms import watchers
from devkit.deploy.configuration import configuration_faults, variables
from devkit.deploy.gateway import as_properties
from devkit.deploy.packages import ARM, X86, NoWheelError, install, report_of
from devkit.deploy.partial_batches import REPORTS, SETTING
from devkit.deploy.reasons import why
from devkit.deploy.site import built
from devkit.deploy.staging import REQUIREMENTS, SITE, Staging
from devkit.deploy.template import Home, Resource, functions, stores
from devkit.errors import DevkitError
from devkit.interrupts import Interrupts
from devkit.places import Places, users_settings
from devkit.processes import run_program
from devkit.sbom import bill, chalices_report
from devkit.steps import Steps

CONSUMED = {"Worker": "DeliveriesQueue", "JobWorker": "JobsQueue"}
"""The functions that consume a queue, by the logical names that Chalice and we give them."""

TEMPLATE = "sam.json"
"""The name that Chalice gives to its template."""

SBOM = "sbom.json"
"""The bill of what is in the package, beside it."""


def run(places: Places, stage: str, out: Path, interrupts: Interrupts, steps: Steps) -> None:
    """Packages `stage` of this project into `out`, and says what to do with it. Raises `DevkitError`."""
    if not stage or stage == LOCAL:
        raise DevkitError("Which stage? Run `python -m devkit package --stage=prod FOLDER`.")
    settings = users_settings(os.environ)
    if faults := configuration_faults(places.root, stage, settings):
        listed = "\n".join(f"- {each}" for each in faults)
        raise DevkitError(f"Nothing was packaged. This stands in the way:\n{listed}")
    work, log = places.of(stage) / "package", places.logs / f"package-{stage}.log"
    with steps.step("Stage packaged") as step:
        made = package(places.root, stage, settings, work, out, log, interrupts.check)
        step.note = f"for {architecture(made)}"
    steps.say(f"\n{made}: docs/deploy.md says how a pipeline deploys it.")


def package(
    root: Path, stage: str, settings: Mapping[str, str], work: Path, out: Path, log: Path, check: Callable[[], None]
) -> Path:
    """Packages `stage` of the project `root` into the folder `out`; returns its template. Nothing on AWS is asked.

    Functions run on ARM processors where every package has a wheel for these, else on x86-64. The site is built into
    the folder ``site`` beside the template, and so is a bill of what is shipped, unless Chalice had to make a package.
    `work` is a folder for the copy of the project; what pip and Chalice print goes to `log`. Raises `DevkitError` with
    the reason where it fails.
    """
    processor, packages = _packages(root / REQUIREMENTS, work, log, check)
    staging = Staging(root, work / "project", stage, packages)
    staging.fill(settings)
    merged = staging.folder / "merged.json"
    read = Settings.read(variables(root, stage, settings))
    merged.write_text(json.dumps(additions(read, processor)))
    chalice = Path(sys.executable).with_name("chalice")
    command: list[str | Path] = [chalice, "package", "--stage", stage, "--merge-template", merged, out.resolve()]
    # Chalice asks for a region where nothing of the template depends on one.
    environment = {"AWS_DEFAULT_REGION": "us-east-1", **os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    if run_program(command, staging.folder, environment, log, check):
        told = why(log.read_text(errors="replace"), staging.folder)
        raise DevkitError(f"Chalice could not package the stage: {told} (all of it: {log})")
    _write_site(root / SITE, out / "site")
    (out / SBOM).unlink(missing_ok=True)  # that of an earlier package would tell of other files
    if packages:
        (out / SBOM).write_text(bill([report_of(packages), chalices_report(root, work, log, check)]))
    return out / TEMPLATE


def architecture(template: Path) -> str:
    """What the functions of a template run on."""
    resources = json.loads(template.read_text())["Resources"]
    return str(resources["APIHandler"]["Properties"]["Architectures"][0])


def _packages(requirements: Path, work: Path, log: Path, check: Callable[[], None]) -> tuple[str, Path | None]:
    """The processor that there are wheels for, and the folder of the packages; None: Chalice has to make one of them.

    ARM costs a fifth less (https://aws.amazon.com/lambda/pricing/).
    """
    for processor in (ARM, X86):
        folder = work / f"packages-{processor}"
        with suppress(NoWheelError):
            install(requirements, folder, os.environ, log, check, processor)
            return processor, folder
    return X86, None


def _write_site(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    for key, content in built(source).items():
        (target / key).parent.mkdir(parents=True, exist_ok=True)
        (target / key).write_bytes(content)


def additions(settings: Settings, processor: str) -> dict[str, Any]:
    """What Chalice is to merge into its template for a stage with `settings`, whatever the account and the region;
    `processor` is what its functions run on."""
    names, private = Resources(settings.stage), bool(settings.site_url)
    home = Home(names, "${AWS::AccountId}", "${AWS::Region}", private)
    own = {name: _with_parameters(each) for name, each in {**stores(home), **watchers(home)}.items()}
    api: Resource = {"Properties": as_properties(settings)}
    return {"Resources": {**own, **_functions(settings.stage, processor), "RestAPI": api}}


def _functions(stage: str, processor: str) -> dict[str, Resource]:
    """What the template says of functions beyond Chalice's: the names that `chalice deploy` would give them, so that
    alarms, commands and documents speak of the same ones; and what Chalice has no word for."""
    found: dict[str, Resource] = {}
    for logical, name in functions(stage).items():
        properties: dict[str, Any] = {"FunctionName": name, "Architectures": [processor]}
        needs = [f"{logical}Logs"]
        if queue := CONSUMED.get(logical):
            properties["Environment"] = {"Variables": {SETTING: "on"}}
            reports = {"Properties": {"FunctionResponseTypes": [REPORTS]}}
            properties["Events"] = {f"{logical}SqsEventSource": reports}
            needs.append(queue)
        found["APIHandler" if logical == "Api" else logical] = {"DependsOn": needs, "Properties": properties}
    return found


def _with_parameters(value: Any) -> Any:
    """`value` with CloudFormation's own parameters put in where its texts name them."""
    match value:
        case dict():
            return {key: _with_parameters(each) for key, each in value.items()}
        case list():
            return [_with_parameters(each) for each in value]
        case str() if "${AWS::" in value:
            return {"Fn::Sub": value}
    return value
