"""The AWS of a stage, and what a command says where it does not do what it is asked."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.connect.errors import UnavailableError
from devkit.errors import DevkitError
from devkit.places import CLOUD_PORT
from devkit.stages import aws_of

REFUSED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not yours"}}, "Scan")


@pytest.fixture
def _something_listens(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv(CLOUD_PORT[0], str(server.getsockname()[1]))
        yield


@pytest.mark.usefixtures("_something_listens")
@pytest.mark.parametrize("fault", [REFUSED, BotoCoreError(), UnavailableError("the table tenants")])
def test_a_fault_of_aws_is_a_sentence_whoever_of_us_asked_it(fault: Exception) -> None:
    with (
        pytest.raises(DevkitError, match=r"^AWS did not do it: .* Run it again\.$"),
        aws_of("local", after_fault=" Run it again."),
    ):
        raise fault


@pytest.mark.usefixtures("_something_listens")
def test_what_the_storage_hides_from_visitors_is_said_to_whoever_runs_a_command() -> None:
    with pytest.raises(DevkitError, match="not yours"), aws_of("local"):
        raise UnavailableError("the table tenants") from REFUSED


def test_where_nothing_listens_it_says_how_to_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv(CLOUD_PORT[0], str(server.getsockname()[1]))
    with pytest.raises(DevkitError, match="start it with `make run`"), aws_of("local"):
        pass
