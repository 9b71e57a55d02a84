"""The smoke test: whether the app that was just deployed answers as it must, asked from outside as Jira asks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import urllib3

from devkit.errors import DevkitError

TIMEOUT = 30.0
READY_SECONDS = 60
"""How long a new API may take until it answers at all."""

HEADERS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


class Answer(Protocol):
    """What is looked at of an answer."""

    status: int
    data: bytes
    headers: Mapping[str, str]


Ask = Callable[[str, str], Answer]
"""Sends a request, by method and URL, without a token."""


def over_http(method: str, url: str) -> Answer:
    """Asks over the network; raises `urllib3.exceptions.HTTPError`."""
    answer: Any = urllib3.request(
        method, url, json={} if method == "POST" else None, retries=False, timeout=TIMEOUT, redirect=False
    )
    return answer  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Smoke:
    """The questions to the app that is reached at `address` and calls itself `base_url`."""

    address: str
    base_url: str
    ask: Ask = over_http
    pause: Callable[[float], None] = time.sleep

    def check(self) -> str:
        """Asks everything; returns what was found, for a person. Raises `DevkitError` that names all that is wrong."""
        descriptor, faults = self._descriptor()
        pages = sorted(set(_pages(descriptor)))
        faults += [*self._install(), *(fault for page in pages for fault in self._page(page))]
        if faults:
            raise DevkitError("The app is deployed, but does not answer as it must: " + " ".join(faults))
        return f"descriptor, unsigned install, headers, {len(pages)} page{'s' * (len(pages) != 1)}"

    def _descriptor(self) -> tuple[Mapping[str, Any], list[str]]:
        answer = self._first_answer("/atlassian-connect.json")
        try:
            found = json.loads(answer.data)
            told = found["baseUrl"]
        except (ValueError, KeyError, TypeError):
            return {}, [f"Its descriptor is none: {answer.status} {_start(answer)}."]
        faults = list(_headers("The descriptor", answer))
        if told != self.base_url:
            faults.append(f"Its descriptor says {told} for baseUrl, and it is reached at {self.base_url}.")
        return found, faults

    def _install(self) -> Iterator[str]:
        answer = self.ask("POST", f"{self.address}/installed")
        if answer.status != 401:
            yield f"An install without a token is answered with {answer.status}, and must be with 401."
        yield from _headers("The refused install", answer)

    def _page(self, path: str) -> Iterator[str]:
        answer = self.ask("GET", f"{self.address}{path}")
        headers = {name.lower(): value for name, value in answer.headers.items()}
        if answer.status != 200 or not headers.get("content-type", "").startswith("text/html"):
            yield f"The page {path} is answered with {answer.status}: {_start(answer)}."
        elif "frame-ancestors" not in headers.get("content-security-policy", ""):
            yield f"The page {path} does not say who may frame it."

    def _first_answer(self, path: str) -> Answer:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                answer = self.ask("GET", f"{self.address}{path}")
                if answer.status == 200 or time.monotonic() > deadline:
                    return answer
            except urllib3.exceptions.HTTPError as fault:
                if time.monotonic() > deadline:
                    raise DevkitError(f"The app is deployed, but {self.address} does not answer: {fault}.") from fault
            self.pause(1)


def _pages(descriptor: Mapping[str, Any]) -> Iterator[str]:
    """The pages that the descriptor's modules show."""
    for modules in descriptor.get("modules", {}).values():
        for module in modules if isinstance(modules, list) else [modules]:
            url = module.get("url", "") if isinstance(module, dict) else ""
            if str(url).startswith("/pages/"):
                yield url.partition("?")[0]


def _headers(what: str, answer: Answer) -> Iterator[str]:
    found = {name.lower(): value for name, value in answer.headers.items()}
    for name, value in HEADERS.items():
        if found.get(name) != value:
            yield f"{what} comes with {found.get(name)!r} as {name}, and must with {value!r}."


def _start(answer: Answer) -> str:
    return repr(answer.data[:200].decode(errors="replace"))
