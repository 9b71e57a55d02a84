"""What settings add to the policies that are written by hand: rights that a stage takes only where it is told to.

They are added to the copies from which a stage is deployed or packaged; the policies of the project stay as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TRACES = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
"""What a traced function writes (https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html)."""

SECRETS = {"api": ["kms:Decrypt", "kms:Encrypt"], "worker": ["kms:Decrypt"], "jobs": ["kms:Decrypt"]}
"""Who opens the secrets of tenants, and who seals them: installs come to the routes alone."""

KEY_SETTING = "CONNECT_SECRETS_KEY"


def add_rights(folder: Path, stage: str, config: Mapping[str, Any]) -> None:
    """Adds to the policies of `stage` in `folder` what `config`, Chalice's configuration, makes its functions need."""
    for path in folder.glob(f"policy-{stage}-*.json"):
        policy = json.loads(path.read_text())
        function = path.stem.rpartition("-")[2]
        policy["Statement"] += statements(function, stage, config)
        path.write_text(json.dumps(policy, indent=2) + "\n")


def statements(function: str, stage: str, config: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The further statements of the policy of `function`, such as ``worker``."""
    chosen = config["stages"][stage]
    if chosen.get("xray", config.get("xray")):
        # AWS knows no narrower right.
        yield {"Sid": "Traces", "Effect": "Allow", "Action": TRACES, "Resource": "*"}
    given = {**config.get("environment_variables", {}), **chosen.get("environment_variables", {})}
    if (key := given.get(KEY_SETTING, "").strip()) and function in SECRETS:
        yield {"Sid": "Secrets", "Effect": "Allow", "Action": SECRETS[function], **_which(key)}


def _which(key: str) -> dict[str, Any]:
    """The one key. Of an alias, a policy can say only that the key must have it.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    """
    place, _, name = key.rpartition(":")
    place = place or "arn:aws:kms:*:*"
    if name.startswith("alias/"):
        alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": name}}
        return {"Resource": f"{place}:key/*", "Condition": alias}
    return {"Resource": f"{place}:key/{name.removeprefix('key/')}"}
