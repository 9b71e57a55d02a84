"""The descriptor of this app: read from the package, completed, and handed to whoever asks. It needs no AWS call."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.connect.errors import DescriptorError
from chalicelib.connect.protocol import descriptor
from chalicelib.connect.protocol.strict_json import read_object
from chalicelib.connect.web.responses import respond, unchanged

if TYPE_CHECKING:
    from chalice.app import Response

    from chalicelib.connect.web.request import Request

AUTHORED = f"{os.path.dirname(__file__)}/../atlassian-connect.json"
"""What the author wrote; the package holds it beside the code."""


class Descriptor:
    """What the author wrote, and the events that have a handler."""

    def __init__(self, authored: Mapping[str, Any], events: Collection[str]) -> None:
        self._authored = authored
        self._events = events
        self._served: dict[str, tuple[str, str]] = {}

    @classmethod
    def read(cls, events: Collection[str], path: str | os.PathLike[str] = AUTHORED) -> Descriptor:
        """The descriptor in `path`; raises `DescriptorError` when it is no JSON object."""
        try:
            with open(path, "rb") as file:
                authored = read_object(file.read(), unique=True)
        except (OSError, ValueError) as error:
            raise DescriptorError(f"{os.path.basename(path)} can not be read: {error}.") from error
        return cls(authored, events)

    @property
    def key(self) -> str:
        """The key of the app, by which Jira and every token know it."""
        return str(self._authored["key"])

    @property
    def pages(self) -> Collection[str]:
        """The names of the pages that its modules name."""
        return descriptor.page_names(self._authored)

    def check(self, pages: Collection[str] | None, routes: Collection[str]) -> None:
        """Raise `DescriptorError`, which names every fault, when Jira would refuse the descriptor.

        `pages` are the pages of the static site, None where it is not at hand; `routes` the paths of the app's routes.
        """
        if faults := descriptor.faults(self._authored, events=self._events, pages=pages, routes=routes):
            raise DescriptorError("Jira would refuse the descriptor: " + "; ".join(faults) + ".")

    def serve(self, request: Request) -> Response:
        """The answer to ``GET /atlassian-connect.json``, with an ETag that changes when the descriptor does."""
        text, etag = self._complete(request.base_url)
        headers = {"Cache-Control": "no-cache", "ETag": etag}
        if request.headers.get("if-none-match") == etag:
            return unchanged(headers)
        return respond("" if request.method == "HEAD" else text, "application/json; charset=utf-8", headers)

    def _complete(self, base_url: str) -> tuple[str, str]:
        if base_url not in self._served:
            text = json.dumps(
                descriptor.complete(self._authored, base_url=base_url, events=self._events),
                indent=2,
                ensure_ascii=False,
            )
            # One stage has few base URLs, each from a setting or from API Gateway itself: nothing here grows.
            self._served[base_url] = (text, f'"{len(text):x}-{zlib.crc32(text.encode()):08x}"')
        return self._served[base_url]
