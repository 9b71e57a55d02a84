"""What the deploy sets of API Gateway beside Chalice."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.connect.settings import Settings
from chalicelib.connect.web.responses import HEADERS
from devkit.deploy.gateway import TRIES, guard_gateways, parameters, throttle

SETTINGS = Settings(stage="dev", frame_hosts=("jira.example.com",), requests_per_second=40)
DEPLOYED = [{"resource_type": "lambda_function"}, {"resource_type": "rest_api", "rest_api_id": "a1"}]


class Gateway:
    """API Gateway, which takes no deployment `busy` times."""

    def __init__(self, busy: int = 0, code: str = "TooManyRequestsException") -> None:
        self.done: list[str] = []
        self._busy, self._code = busy, code

    def put_gateway_response(self, **asked: Any) -> None:
        self.done.append(f"{asked['restApiId']} {asked['responseType']}")

    def create_deployment(self, **asked: Any) -> None:
        if self._busy:
            self._busy -= 1
            raise ClientError({"Error": {"Code": self._code}}, "CreateDeployment")
        self.done.append(f"deployed {asked['stageName']}")

    def update_stage(self, **asked: Any) -> None:
        self.done.append(f"throttled {asked['stageName']}")


def test_what_api_gateway_answers_by_itself_is_put_before_the_deployment_that_makes_it_so() -> None:
    gateway = Gateway()
    guard_gateways(gateway, DEPLOYED, "dev", SETTINGS)
    assert gateway.done == ["a1 DEFAULT_4XX", "a1 DEFAULT_5XX", "deployed dev", "throttled dev"]


def test_a_deployment_too_soon_after_chalice_s_own_is_waited_for() -> None:
    gateway, pauses = Gateway(busy=2), list[float]()
    guard_gateways(gateway, DEPLOYED, "dev", SETTINGS, pauses.append)
    assert gateway.done[-2:] == ["deployed dev", "throttled dev"]
    assert pauses == [5.0, 5.0]


@pytest.mark.parametrize(("busy", "code"), [(TRIES, "TooManyRequestsException"), (1, "NotFoundException")])
def test_what_does_not_pass_is_told(busy: int, code: str) -> None:
    with pytest.raises(ClientError, match=code):
        guard_gateways(Gateway(busy, code), DEPLOYED, "dev", SETTINGS, lambda _: None)


def test_every_header_is_one_fixed_text_in_api_gateway_s_notation() -> None:
    given = parameters(SETTINGS)
    assert {f"gatewayresponse.header.{name}" for name in HEADERS} < set(given)
    assert all(text[0] == text[-1] == "'" and "'" not in text[1:-1] for text in given.values())
    assert "https://jira.example.com" in given["gatewayresponse.header.Content-Security-Policy"]


def test_the_throttle_is_that_of_the_settings_for_every_route() -> None:
    assert throttle(SETTINGS) == [
        {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "40"},
        {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "80"},
    ]
