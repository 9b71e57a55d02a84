"""What an app's answer to a call means, in words that help to find the reason for it.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/ (what is sent again) and
https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from devkit.jira.tokens import Signed, query_hash

SLOW_MS: Final = 5000
"""An answer that took longer is close to what Jira may no longer wait for; it names no figure."""


SKEWED_SECONDS: Final = 30
"""A token that was made so long before or after it was sent is of another clock."""


def wrong(signed: Signed | None, faults: Collection[str], at: float) -> str:
    """What is wrong with a token that is sent at a time because somebody has asked for a fault; empty for nothing."""
    if signed is None:
        return ""
    if "wrong_token" in faults:
        return "the token is signed with a secret that is not the app's"
    ahead = signed.claims["iat"] - int(at)  # which is how iat was made
    if abs(ahead) < SKEWED_SECONDS:
        return ""
    return f"the clock of the token is {abs(ahead):.0f} s {'ahead' if ahead > 0 else 'behind'}"


def verdict(
    status: int | None, error: str, kind: str, signed: Signed | None, ms: int = 0, known_wrong: str = ""
) -> str:
    """One or two sentences about an answer to a call of a `kind`, ``webhook`` or ``lifecycle``, that took so long.

    `known_wrong` is what `wrong` says of its token.
    """
    if known_wrong and status in (400, 401, 403):
        return f"Your app answered {status}, and is right: {known_wrong}, as was asked for under Faults."
    if known_wrong and status in (200, 204):
        return f"The app has taken it, though {known_wrong}, as was asked for under Faults: does it look at that?"
    if status is None:
        return f"The app gave no answer: {error}. {_again(kind)}"
    if 200 <= status < 300:
        return _good(status, kind) + _slow(ms, kind)
    if 300 <= status < 400:
        return "The app redirects. Jira does not follow: the token was made for this URL alone."
    if status in (401, 403):
        return _refused(status, signed)
    if status == 400 and signed is not None:
        return (
            "The app does not want it. Atlassian's framework for Express answers 400 also where the token's signature "
            "is not good: is the secret an old one? Jira does not send it again."
        )
    if status == 413:
        return "The body is too large for the app, or for the gateway in front of it. Jira does not send it again."
    if status in (408, 409, 425, 429) or status >= 500:
        return f"The app could not take it now. {_again(kind)}"
    return "The app does not want it. Jira does not send it again."


def _again(kind: str) -> str:
    return "Jira sends it again, up to five times." if kind == "webhook" else "An install has failed then."


def _good(status: int, kind: str) -> str:
    if kind == "lifecycle" and status not in (200, 204):
        return "The app has taken it, but for an install Jira wants 200 or 204."
    return "The app has taken it."


def _slow(ms: int, kind: str) -> str:
    if ms <= SLOW_MS:
        return ""
    then = "sends it again, while the first one is still being handled" if kind == "webhook" else "gives an install up"
    return f" It took {ms / 1000:.1f} s: Jira may no longer be waiting then, and {then}."


def _refused(status: int, signed: Signed | None) -> str:
    if signed is None:
        return (
            f"Your app answered {status}, to a call without a token. Jira sends none where the descriptor wants none, "
            "and now and then with a disabled that comes after uninstalled."
        )
    hashed = signed.claims.get("qsh")
    made_of = f"{signed.canonical!r}" if hashed == query_hash(signed.canonical) else "something else"
    return (
        f"Your app answered {status}. The qsh in the token is {hashed}, the SHA-256 of {made_of}. {_audience(signed)}"
        "Where your app finds another hash, it has another path (a prefix of the base URL?) or another query. Where "
        "the hash is the same, the secret is an old one, or the clocks differ. Jira does not send it again."
    )


def _audience(signed: Signed) -> str:
    audience = signed.claims.get("aud")
    return f"Its aud is {audience}. " if audience else ""
