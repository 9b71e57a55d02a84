"""What the commands on dead letters show, and what they do and leave alone."""

from __future__ import annotations

import io
from typing import Any

import pytest

from chalicelib.connect.settings import Resources
from devkit.deliveries.commands import Commands
from devkit.deliveries.filters import Filter
from devkit.deliveries.stage import Stage
from devkit.errors import DevkitError
from devkit.interrupts import Interrupted
from tests.unit.devkit.deliveries.fake_aws import NOW, FakeAws, message


class Desk:
    """The commands on a fake AWS, and what they say."""

    def __init__(self) -> None:
        self.aws = FakeAws()
        self.interrupt_after = 1_000_000

    def does(self, command: str, *arguments: Any, meant: Filter | None = None, **options: Any) -> str:
        out = io.StringIO()
        stage = Stage(self.aws, Resources("dev"))
        commands = Commands(stage, meant or Filter(), out=out, check=self._check, clock=lambda: NOW)
        getattr(commands, command)(*arguments, **options)
        return out.getvalue()

    def dead(self) -> list[str]:
        """The deliveries that are dead letters, and in sight."""
        return [each["Body"] for each in self.aws.dead if each["MessageId"] not in self.aws.hidden]

    def _check(self) -> None:
        self.interrupt_after -= 1
        if self.interrupt_after < 0:
            raise Interrupted


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_list_names_each_letter_with_its_reason_the_oldest_first_and_leaves_them_in_sight(desk: Desk) -> None:
    desk.aws.bury(message("younger").encode(), reason="Tried 8 times; the last time: OSError in app.first.")
    desk.aws.bury(message("older", received_at=int(NOW * 1000) - 3 * 86_400_000).encode(), reason="no issue")

    lines = desk.does("show_list", 100).splitlines()

    assert lines[0].split() == ["AGE", "TENANT", "EVENT", "DELIVERY", "REASON"]
    assert lines[1].split() == ["3d", "tenant-1", "jira:issue_updated", "older", "no", "issue"]
    assert lines[2].startswith("2h   tenant-1  jira:issue_updated  younger   Tried 8 times; the last time: OSError")
    assert lines[-1] == "2 dead letters."
    assert len(desk.dead()) == 2


def test_list_tells_why_sqs_gave_up_what_it_never_says_itself(desk: Desk) -> None:
    for name in ("tried", "untried", "done"):
        desk.aws.bury(message(name).encode())
    desk.aws.note("tenant-1", "tried", "running", "OSError in app.first")
    desk.aws.note("tenant-1", "done", "done")

    lines = {line.split()[3]: line for line in desk.does("show_list", 100).splitlines()[1:4]}

    assert lines["tried"].endswith("SQS gave it up; the last time: OSError in app.first.")
    assert "before any worker had begun it" in lines["untried"]
    assert "handled since" in lines["done"]


def test_list_shows_no_more_lines_than_asked_for_and_counts_the_rest_by_kind(desk: Desk) -> None:
    for number in range(25):
        desk.aws.bury(message(str(number)).encode(), reason="no issue")

    shown = desk.does("show_list", 5)

    assert "20 newer ones not shown: see --limit." in shown
    assert "25  jira:issue_updated  no issue" in shown
    assert shown.count("tenant-1") == 5


def test_what_came_from_outside_can_not_move_the_cursor(desk: Desk) -> None:
    desk.aws.bury(message("a\x1b[2J", event="b\rc", body='{"a": "\x9b1m"}').encode(), reason="d\x07")

    assert "\x1b" not in desk.does("show_list", 100)
    assert not {"\x1b", "\r", "\x9b", "\x07"} & set(desk.does("show"))


def test_without_letters_each_command_says_so(desk: Desk) -> None:
    assert desk.does("show_list", 100) == "There are no dead letters.\n"
    assert desk.does("replay", yes=True) == "There are no dead letters.\n"
    assert desk.does("drop", yes=False) == "There are no dead letters.\n"
    with pytest.raises(DevkitError, match="no dead letters"):
        desk.does("show")


def test_show_prints_the_reason_and_the_body_wherever_it_is_kept(desk: Desk) -> None:
    desk.aws.bury(message("a", attempt=2).encode(), reason="no issue")
    desk.aws.bury(message("b", body="").without_body("tenant-1/b.json").encode(), reason="no issue")
    desk.aws.bury(message("c", body="").without_body("tenant-1/gone.json").encode(), reason="no issue")
    desk.aws.bury("no message at all", reason="The message can not be read")
    desk.aws.bodies["tenant-1/b.json"] = '{"large": "ä"}'.encode()

    shown = desk.does("show")

    assert 'Reason    no issue\n\n{\n  "issue": {\n    "id": "1"\n  }\n}\n' in shown
    assert "2h ago, at Jira's attempt 3" in shown
    assert '"large": "ä"' in shown
    assert "not kept any more" in shown
    assert "(unreadable)" in shown
    assert "no message at all" in shown


def test_show_finds_a_letter_by_jira_s_name_and_by_that_of_sqs(desk: Desk) -> None:
    name = desk.aws.bury(message("a").encode(), reason="no issue")
    desk.aws.bury(message("b").encode(), reason="no issue")

    for asked in ("a", name):
        shown = desk.does("show", meant=Filter(ids=[asked]))
        assert "Delivery  a" in shown
        assert "Delivery  b" not in shown
    with pytest.raises(DevkitError, match="0 of 2 dead letters"):
        desk.does("show", meant=Filter(ids=["c"]))


@pytest.mark.parametrize(("command", "word"), [("replay", "replayed"), ("drop", "dropped for good")])
def test_replay_and_drop_only_say_what_they_would_do_until_they_are_told_to(
    desk: Desk, command: str, word: str
) -> None:
    desk.aws.bury(message("a").encode(), reason="no issue")

    assert f"1 dead letter would be {word}: say --yes to do it." in desk.does(command, yes=False)
    assert len(desk.dead()) == 1
    assert desk.aws.sent == []


def test_replay_sends_what_is_meant_as_it_was_under_its_tenant_and_leaves_the_rest_in_sight(desk: Desk) -> None:
    for number in range(23):
        desk.aws.bury(message(str(number), event="comment_created").encode(), reason="no issue")
    other = message("other").encode()
    desk.aws.bury(other, reason="another")

    assert desk.does("replay", yes=True, meant=Filter(error="NO ISSUE")) == "23 dead letters replayed.\n"

    assert [entry["MessageBody"] for entry in desk.aws.sent] == [
        message(str(number), event="comment_created").encode() for number in range(23)
    ]
    assert {entry["MessageGroupId"] for entry in desk.aws.sent} == {"tenant-1"}
    assert desk.dead() == [other]


def test_replay_keeps_what_sqs_does_not_take(desk: Desk) -> None:
    texts = [message(name).encode() for name in "abc"]
    for text in texts:
        desk.aws.bury(text, reason="no issue")
    desk.aws.refused = {texts[1]}

    said = desk.does("replay", yes=True)

    assert said.startswith("2 dead letters replayed.\n1 dead letter could not be sent")
    assert desk.dead() == [texts[1]]


def test_replay_begins_the_time_of_a_body_anew_and_keeps_a_letter_whose_body_has_expired(desk: Desk) -> None:
    kept = message("a", body="").without_body("tenant-1/a.json").encode()
    gone = message("b", body="").without_body("tenant-1/b.json").encode()
    for text in (kept, gone):
        desk.aws.bury(text, reason="no issue")
    desk.aws.bodies["tenant-1/a.json"] = b"{}"

    assert "the body has expired" in desk.does("replay", yes=True)

    assert desk.aws.written == ["tenant-1/a.json"]
    assert [entry["MessageBody"] for entry in desk.aws.sent] == [kept]
    assert desk.dead() == [gone]


def test_what_fails_again_at_once_is_not_sent_round_and_round(desk: Desk) -> None:
    desk.aws.bounce = True
    for number in range(15):
        desk.aws.bury(message(str(number)).encode(), reason="no issue")

    said = desk.does("replay", yes=True)

    assert said.startswith("15 dead letters replayed.\n15 dead letters came back")
    assert len(desk.aws.sent) == 15
    assert len(desk.dead()) == 15


def test_what_can_not_be_read_and_comes_back_under_another_name_is_not_sent_round_and_round_either(desk: Desk) -> None:
    desk.aws.bounce = True
    desk.interrupt_after = 50
    for text in ("no message", "no message either"):
        desk.aws.bury(text, reason="The message can not be read")

    said = desk.does("replay", yes=True)

    assert said.startswith("2 dead letters replayed.\n2 dead letters came back")
    assert [entry["MessageBody"] for entry in desk.aws.sent] == ["no message", "no message either"]
    assert len(desk.dead()) == 2


def test_a_message_that_can_not_be_read_can_be_replayed_and_dropped(desk: Desk) -> None:
    desk.aws.bury("no message", reason="The message can not be read")

    desk.does("replay", yes=True)

    assert [entry["MessageBody"] for entry in desk.aws.sent] == ["no message"]


def test_drop_deletes_what_is_meant_and_nothing_else(desk: Desk) -> None:
    desk.aws.bury(message("a", client_key="tenant-2").encode(), reason="no issue")
    kept = message("b").encode()
    desk.aws.bury(kept, reason="no issue")

    assert desk.does("drop", yes=True, meant=Filter(tenant="tenant-2")) == "1 dead letter dropped.\n"
    assert desk.dead() == [kept]
    assert desk.aws.sent == []


def test_what_another_command_has_in_view_is_left_to_it_and_said(desk: Desk) -> None:
    desk.aws.hidden = {desk.aws.bury(message("a").encode(), reason="no issue")}
    desk.aws.bury(message("b").encode(), reason="no issue")

    said = desk.does("replay", yes=True)

    assert "1 dead letter replayed." in said
    assert "About 1 dead letter more are in view of another command" in said
    assert len(desk.aws.dead) == 1


@pytest.mark.parametrize("command", ["replay", "drop", "show"])
def test_an_interrupted_command_puts_back_what_it_has_not_dealt_with(desk: Desk, command: str) -> None:
    for number in range(25):
        desk.aws.bury(message(str(number)).encode(), reason="no issue")
    desk.interrupt_after = 1

    with pytest.raises(Interrupted):
        desk.does("show") if command == "show" else desk.does(command, yes=True)

    assert len(desk.dead()) == (25 if command == "show" else 15)
    assert desk.aws.hidden <= {f"message-{number}" for number in range(1, 11)}


def test_a_stage_that_was_never_deployed_is_named() -> None:
    with pytest.raises(DevkitError, match="is the stage prod deployed"):
        Stage(FakeAws(), Resources("prod"))
