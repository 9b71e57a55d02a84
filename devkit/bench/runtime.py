"""One cold start: AWS's own Python client for Lambda's Runtime API, started as a process, against a small server of it.

Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from devkit.cloud import ACCOUNT, REGION
from devkit.errors import DevkitError
from devkit.serving import serving

SECONDS = 60
PREFIX = "/2018-06-01/runtime"


@dataclass(frozen=True, slots=True)
class ColdStart:
    """What one start took."""

    init: float
    """From the start of the process until it asks for an event, milliseconds."""
    total: float
    """From the start of the process until its first answer, milliseconds."""
    cpu: float
    """The processor time of all its threads until then, milliseconds; that of one that has ended is not in it."""
    memory: float
    """The most that it held at that moment, MB."""
    answer: Any
    """What it answered."""


class _Api(HTTPServer):
    def __init__(self, event: Mapping[str, Any], function: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.event = json.dumps(event).encode()
        self.function = function
        self.asked = self.answered = 0.0
        self.answer: Any = None
        self.pid = 0
        self.cpu = self.memory = 0.0

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing: a process that is ended after its answer leaves a connection that breaks."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Api

    def do_GET(self) -> None:
        if self.server.answered:
            self.close_connection = True
            return
        self.server.asked = time.perf_counter()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "11111111-2222-3333-4444-555555555555")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + 30_000))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", self.server.function)
        self.send_header("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.event)))
        self.end_headers()
        self.wfile.write(self.server.event)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        now = time.perf_counter()
        self.server.answer = json.loads(body)
        self.server.cpu, self.server.memory = _cpu(self.server.pid), _peak(self.server.pid)
        self.server.answered = now  # the last of them: then the process is ended
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def cold_start(
    command: list[str], task: Path, event: Mapping[str, Any], environment: Mapping[str, str], *, name: str
) -> ColdStart:
    """Starts `command`, a runtime client, in the unpacked package `task` and has it answer `event`.

    Raises `DevkitError` where it does not answer.
    """
    api = _Api(event, f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
    variables = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "LAMBDA_TASK_ROOT": str(task),
        "PYTHONDONTWRITEBYTECODE": "1",
        **environment,
    }
    with serving(api):
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=task, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        api.pid = process.pid
        try:
            while not api.answered and process.poll() is None and time.perf_counter() - began < SECONDS:
                time.sleep(0.001)
        finally:
            process.kill()
            output, _ = process.communicate()
    if not api.answered:
        raise DevkitError(f"{name} gave no answer: {output[-2_000:]}")
    return ColdStart((api.asked - began) * 1000, (api.answered - began) * 1000, api.cpu, api.memory, api.answer)


def _peak(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def _cpu(pid: int) -> float:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e6
