"""Ports and child processes."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

import pytest

from devkit.errors import DevkitError
from devkit.processes import check_port, complaint, free_port, last_lines, run_program


def test_a_taken_port_is_named_with_both_ways_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(DevkitError) as fault:
            check_port(port, "DORMOUSE_CLOUD_PORT", 4566)

    sentence, _, command = str(fault.value).partition("`")
    assert sentence == f"Port {port} is in use: stop what listens there, or run "
    assert command.startswith("DORMOUSE_CLOUD_PORT=46")
    assert command.endswith(" make run`.")


def test_a_free_port_is_admitted() -> None:
    check_port(free_port(), "DORMOUSE_CLOUD_PORT", 4566)


def test_a_program_is_run_to_its_end_and_what_it_prints_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "log"
    script = "import sys; print('one'); print('two', file=sys.stderr); sys.exit(3)"

    assert run_program([sys.executable, "-u", "-c", script], tmp_path, os.environ, log, lambda: None) == 3
    assert log.read_text() == "one\ntwo\n"


def test_an_interrupted_program_is_ended_with_everything_that_it_started(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open('pids', 'w').write(f'{child.pid}\\n'); time.sleep(60)\n"
    )

    def check() -> None:
        if (tmp_path / "pids").exists() and (tmp_path / "pids").read_text().endswith("\n"):
            raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_program([sys.executable, "-c", script], tmp_path, os.environ, tmp_path / "log", check)

    assert time.monotonic() - started < 5
    child = int((tmp_path / "pids").read_text())
    deadline = time.monotonic() + 5
    while _runs(child):
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.02)


def test_the_end_of_a_log_is_shown_on_one_line(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"first\n\n  second \xff\nthird\n\n")

    assert last_lines(log, 2) == "second \ufffd | third"
    assert last_lines(tmp_path / "none", 2) == ""


@pytest.mark.parametrize(
    ("exit_code", "what"),
    [(None, "does not answer"), (3, "ended with exit code 3"), (-9, "was ended by SIGKILL")],
)
def test_a_child_that_does_not_run_is_named_with_how_it_ended_and_its_last_words(
    exit_code: int | None, what: str, tmp_path: Path
) -> None:
    log = tmp_path / "jira.log"
    assert complaint("The stand-in", exit_code, log) == f"The stand-in {what}: it printed nothing (all of it: {log})"
    log.write_text("one\ntwo\nthree\nfour\n")
    assert complaint("The stand-in", exit_code, log) == f"The stand-in {what}: two | three | four (all of it: {log})"


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # What has ended and is not yet collected by the system is still listed.
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or " Z " not in state.read_text()
