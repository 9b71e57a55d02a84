"""`python -m devkit status`: how a stage is, on one screen."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from chalicelib.connect.settings import LOCAL, Resources
from chalicelib.connect.tenants import Listed
from devkit.cost.usage import Usage
from devkit.deploy.aws import Aws
from devkit.deploy.resources import home
from devkit.deploy.template import Home, functions
from devkit.deploy.versions import configuration, published
from devkit.tenants import tenants_of
from devkit.watch.log_lines import Logs

ERRORS_SHOWN = 5
ERROR_HOURS = 24


class Status:
    """The state of `stage` on `aws`, whose app is at `base_url`."""

    def __init__(self, aws: Aws, stage: str, base_url: str) -> None:
        self._aws = aws
        self._home: Home = home(aws, Resources(stage))
        self._base_url = base_url

    def lines(self) -> Iterator[str]:
        """What there is to say, line by line. Raises `DevkitError` where the stage is not there."""
        stage = self._home.stage
        yield f"Stage     {stage} in {self._home.region} of {self._home.account}"
        yield f"App       {self._base_url}/atlassian-connect.json"
        yield from self._functions()
        yield self._tenants()
        yield from self._queues()
        yield from self._errors()
        yield self._cost()

    def _functions(self) -> Iterator[str]:
        service = self._aws.client("lambda")
        for name in functions(self._home.stage).values():
            found = configuration(service, name)
            yield (
                f"Function  {name}: version {self._version(service, found)}, {found['Runtime']}, "
                f"{found['MemorySize']} MB, changed {found['LastModified'][:19]}"
            )

    @staticmethod
    def _version(service: Any, live: dict[str, Any]) -> str:
        same = [each for each in published(service, live["FunctionName"]) if each.code == live["CodeSha256"]]
        return same[-1].number if same else "not published"

    def _tenants(self) -> str:
        tenants = tenants_of(self._aws, self._home.names)
        counted: Counter[str] = Counter()
        after = None
        while True:
            page = tenants.page(after)
            counted.update(_state(each) for each in page.tenants)
            after = page.next
            if not after:
                break
        told = ", ".join(f"{number} {status}" for status, number in sorted(counted.items()))
        return f"Tenants   {told or 'none'}"

    def _queues(self) -> Iterator[str]:
        names, sqs = self._home.names, self._aws.client("sqs")
        wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        for what, name in {
            "Queue": names.deliveries_queue,
            "Dead": names.dead_letters_queue,
            "Jobs": names.jobs_queue,
            "Dead jobs": names.dead_jobs_queue,
        }.items():
            url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]
            yield f"{what:9} {found[wanted[0]]} waiting, {found[wanted[1]]} in hand"

    def _errors(self) -> Iterator[str]:
        found = Logs(self._aws, self._home.stage).since(time.time() - ERROR_HOURS * 3_600, ["ERROR"])
        errors = [line for line in found if (line.fields or {}).get("level") == "ERROR"]
        yield f"Errors    {len(errors)} in {ERROR_HOURS} hours" + (", the last:" if errors else "")
        yield from (f"          {line.shown()}" for line in errors[-ERRORS_SHOWN:])

    def _cost(self) -> str:
        total = sum(dollars for *_, dollars in Usage(self._aws, self._home, datetime.now(UTC)).lines())
        where = "at list prices; the embedded AWS costs nothing" if self._home.stage == LOCAL else "at list prices"
        return f"Cost      ${total:.2f} this month for what was used, {where}"


def _state(tenant: Listed) -> str:
    return ("enabled" if tenant.enabled else "installed") if tenant.installed else "uninstalled"
