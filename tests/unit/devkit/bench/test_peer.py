"""The peer is measured where Node is, and where it is not, that is said loudly."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from devkit.bench import peer
from devkit.bench.cold import Row
from devkit.bench.cold_part import against_the_peer
from devkit.bench.runtime import cold_start


def test_what_is_missing_is_named() -> None:
    assert peer.missing(lambda name: f"/usr/bin/{name}") == ""
    assert peer.missing(lambda _: None) == "THE PEER WAS NOT MEASURED: there is no node and no npm on this machine."


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node on this machine")
def test_the_client_of_the_runtime_api_for_node_hands_on_event_and_answer(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_text("exports.handler = async (event) => ({ statusCode: 200, body: event.say });")

    start = cold_start(["node", str(peer.SOURCES / "runtime.js"), "app.js"], tmp_path, {"say": "x"}, {}, name="api")

    assert start.answer == {"statusCode": 200, "body": "x"}


def test_every_package_of_the_peer_is_pinned_and_has_a_digest() -> None:
    wanted = json.loads((peer.SOURCES / "package.json").read_text())["dependencies"]
    locked = json.loads((peer.SOURCES / "package-lock.json").read_text())["packages"]
    assert all(version[0].isdigit() for version in wanted.values())
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, package in locked.items() if name and not package.get("integrity")] == []


def test_a_webhook_is_compared_with_the_peer_by_the_slower_of_both_measures() -> None:
    own = Row("verified webhook", 1, 100, 100, 1, 1, 1, 2.5)
    known = Row(peer.STORED, 1, 700, 500, 1, 1, 1, 0)

    (aim,) = against_the_peer("here", [own, known])

    assert aim.reached == "7.0 x, of CPU 5.0 x"
    assert not aim.is_met
    assert list(against_the_peer("here", [own])) == []
