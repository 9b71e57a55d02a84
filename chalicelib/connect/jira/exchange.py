"""One call over HTTP, from the first try to an answer that is worth reading: `requests`, held on a short lead.

A call goes where it is sent and nowhere else: no redirect is followed, no cookie kept (a user's would stick to the
app's next call), no proxy or password taken from the environment. It ends: by time-outs for the connection, for each
piece of the answer and for the whole, all within the time that the function has left; and by the answer's size.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import requests
import urllib3

from chalicelib.connect.errors import JiraBusyError, JiraTooLargeError, JiraUnavailableError
from chalicelib.connect.jira import rate_limits
from chalicelib.connect.jira.answers import Answer, words

if TYPE_CHECKING:
    from requests.auth import AuthBase

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
"""The longest silence of a Jira that is connected."""
CALL_SECONDS = 20.0
"""The longest that one answer may take as a whole."""

MOST_BYTES = 10_000_000
"""What an answer may hold, unpacked: a function has 512 MB, and JSON grows tenfold in Python."""

MOST_PASSED = 64_000_000
"""How much more of a larger one is read, and forgotten, to see its end."""

EDGE = 4_096
"""How many bytes of its beginning and of its end are kept."""

RESERVE_SECONDS = 3.5
"""What is kept of the function's time: a little more than the worker needs to write down how far it came."""

IDLE_SECONDS = 30.0
"""How long a connection may have been idle to be used again. While a function is frozen it does not notice that the
other side, or the way there, has given its connections up."""

REPEATABLE = {"GET", "PUT", "DELETE"}
"""What may be made again in place after a 5xx, since a second time changes nothing more."""

_NO_ANSWER = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is to be sent."""

    method: str
    url: str
    label: str
    """How errors name it: without its query, which may say whom it is about."""
    signature: AuthBase | None = field(default=None, repr=False)
    """Is asked to sign each try; None where the body proves who is calling."""
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    seconds_left: Callable[[], float] = field(default=lambda: math.inf, repr=False)
    """What remains of the function's time."""
    note: Callable[[rate_limits.Headers], None] = field(default=lambda _: None, repr=False)
    """Is shown the headers of every answer."""


class Exchange:
    """Makes calls; shared by all tenants of a container, and by threads."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._last_call = clock()
        self._session = _Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update({"Accept": "application/json", "User-Agent": "Dormouse"})

    def make(self, call: Call) -> Answer:
        """The answer to `call`, whatever its status.

        Where Jira asks for a short wait, it is waited here and the call made again. Raises `JiraBusyError` for a
        longer wait, `JiraUnavailableError` when no answer came, `JiraTooLargeError` for one of more than
        `MOST_BYTES`.
        """
        if self._clock() - self._last_call > IDLE_SECONDS:
            self._session.close()
        tries = 0
        while True:
            tries += 1
            answer = self._try(call)
            self._last_call = self._clock()
            call.note(answer.headers)
            asked = rate_limits.wait(answer.status, answer.headers, tries=tries, now=self._clock())
            if asked is None:
                return answer
            seconds = rate_limits.spread(asked, self._chance())
            again = answer.status == 429 or call.method in REPEATABLE
            room = min(rate_limits.LONGEST_WAIT, call.seconds_left() - RESERVE_SECONDS - 1)
            if not again or tries >= rate_limits.MOST_TRIES or seconds > room:
                raise _busy(call, answer, seconds)
            self._sleep(seconds)

    def _try(self, call: Call) -> Answer:
        left = min(CALL_SECONDS, call.seconds_left() - RESERVE_SECONDS)
        if left < 1:
            raise JiraBusyError(call.label, "no time was left for a call to Jira", seconds=0)
        ends = time.monotonic() + left
        connect = min(CONNECT_SECONDS, left / 2)
        try:
            with self._session.request(
                call.method,
                call.url,
                auth=call.signature,
                json=call.json,
                data=call.form,
                timeout=(connect, min(READ_SECONDS, left - connect)),
                allow_redirects=False,
                stream=True,
            ) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, headers, _body(call, response, ends))
        except _NO_ANSWER as error:
            # Not the error's own words: they are about sockets, and hold the whole URL.
            raise JiraUnavailableError(call.label, f"no answer came ({type(error).__name__})") from None


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        # Told not to follow a redirect, requests still prepares the call there, and reads the answer without a bound.
        return None


def _body(call: Call, response: requests.Response, ends: float) -> bytes:
    data = bytearray()
    pieces = _pieces(call, response, ends)
    for piece in pieces:
        data += piece
        if len(data) > MOST_BYTES:
            reason = f"the answer is larger than {MOST_BYTES:,} bytes"
            beginning, ending = (part.decode(errors="replace") for part in (data[:EDGE], _end(data[-EDGE:], pieces)))
            raise JiraTooLargeError(call.label, reason, beginning=beginning, ending=ending)
    return bytes(data)


def _pieces(call: Call, response: requests.Response, ends: float) -> Iterator[bytes]:
    # read1 returns what has come: a server that sends a byte now and then can hold it no longer than to the end.
    while piece := response.raw.read1(65_536, decode_content=True):
        yield piece
        if time.monotonic() > ends:
            raise JiraUnavailableError(call.label, "the answer did not come to its end in time")


def _end(last: bytearray, pieces: Iterator[bytes]) -> bytes:
    """The last bytes of an answer of which `last` has come; none where it has no end that can be seen."""
    passed = 0
    try:
        for piece in pieces:
            last, passed = (last + piece)[-EDGE:], passed + len(piece)
            if passed > MOST_PASSED:
                return b""
    except (*_NO_ANSWER, JiraUnavailableError):
        return b""
    return bytes(last)


def _busy(call: Call, answer: Answer, seconds: float) -> JiraBusyError:
    which = rate_limits.reason(answer.headers)
    return JiraBusyError(
        call.label,
        f"Jira answered {answer.status} and asks for a wait of {seconds:.0f} s" + (f" ({which})" if which else ""),
        seconds=math.ceil(seconds),
        status=answer.status,
        messages=words(answer)[0],
    )
