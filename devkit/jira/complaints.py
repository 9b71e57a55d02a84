"""Why a page of an app stays empty in a frame, or has no bridge, said before anybody searches for hours.

Source: https://developer.atlassian.com/cloud/jira/platform/cacheable-app-iframes/ and the open package simple-xdm.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from devkit.jira.model import Json
from devkit.jira.tokens import query_hash

_ALL_JS = re.compile(r"""<script[^>]*\ssrc=["']?([^"'\s>]*all(?:-debug)?\.js[^"'\s>]*)""", re.IGNORECASE)

SLOW_SECONDS = 5.0
"""After this long a page is called slow."""

LOST_SECONDS = 12.0
"""After this long Jira shows in its place that the app is not responding (npm's atlassian-connect-js)."""


async def complaints(
    client: aiohttp.ClientSession,
    url: str,
    base_url: str,
    canonical: str = "",
    *,
    slow_seconds: float = SLOW_SECONDS,
) -> list[str]:
    """Why the page at `url` can not be shown, or has no bridge, in a frame of the site at `base_url`.

    `canonical` is the request whose hash its token carries; empty where it has no token.
    """
    started = time.monotonic()
    try:
        async with client.get(URL(url, encoded=True), allow_redirects=False) as answer:
            page = (await answer.content.read(500_000)).decode(errors="replace")
            found = _complaints(url, base_url, answer.status, dict(answer.headers), page)
            if answer.status in (401, 403):
                found.append(_refused(canonical))
            took = time.monotonic() - started
            return [*found, _slow(took)] if took > slow_seconds else found
    except TimeoutError:
        return ["The app does not answer in time."]
    except (aiohttp.ClientError, OSError, ValueError) as fault:
        return [f"The app can not be reached: {fault or type(fault).__name__}."]


def _complaints(url: str, base_url: str, status: int, headers: Json, page: str) -> list[str]:
    found = []
    lower = {name.lower(): value for name, value in headers.items()}
    if 300 <= status < 400 and "location" in lower:
        target = URL(url, encoded=True).join(URL(lower["location"]))
        if target.origin() != URL(url, encoded=True).origin():
            found.append(
                f"The page redirects to another origin ({target.origin()}): there the bridge (AP) is never answered, "
                "neither here nor in Jira."
            )
    elif status >= 400:
        found.append(f"The app answers with {status}: {page[:200].strip()}")
    elif "all.js" not in page:
        found.append("The page does not load all.js, so it has no bridge (AP).")
    if "x-frame-options" in lower:
        found.append(f"The page sends X-Frame-Options: {lower['x-frame-options']}, so no browser shows it in a frame.")
    return [*found, *_policy_faults(lower.get("content-security-policy", ""), url, base_url, page)]


def _policy_faults(policy: str, url: str, base_url: str, page: str) -> Iterator[str]:
    """What the page's own policy forbids that it needs: to be in the frame, to run, and to load all.js."""
    rules = {words[0].lower(): words[1:] for rule in policy.split(";") if (words := rule.split())}
    ancestors = rules.get("frame-ancestors")
    if ancestors is not None and not _allows(ancestors, base_url):
        said = " ".join(ancestors)
        yield f"The page's Content-Security-Policy allows only frame-ancestors {said}, which {base_url} is not."
    if "sandbox" in rules and not {"allow-scripts", "allow-same-origin"} <= set(rules["sandbox"]):
        yield "The page's Content-Security-Policy has a sandbox without allow-scripts and allow-same-origin: no bridge."
    name = next((name for name in ("script-src-elem", "script-src", "default-src") if name in rules), None)
    script = _ALL_JS.search(page)
    if name is None or script is None or any(source.startswith(("'nonce-", "'sha")) for source in rules[name]):
        return
    target = str(URL(url, encoded=True).join(URL(script[1])))
    if not _allows([url if source == "'self'" else source for source in rules[name]], target):
        said = " ".join(rules[name])
        yield f"The page's Content-Security-Policy allows only {name} {said}: no bridge, for {target} is not loaded."


def _refused(canonical: str) -> str:
    if not canonical:
        return "The frame's URL has no token: a cacheable page asks for one over its bridge, AP.context.getToken()."
    return (
        f"The qsh in its token is {query_hash(canonical)}, the SHA-256 of {canonical!r}. Where your app finds another "
        "hash, it has another path (a prefix of the base URL?) or another query. Where the hash is the same, the "
        "secret is an old one, or the clocks differ."
    )


def _slow(seconds: float) -> str:
    jira = f"After {LOST_SECONDS:g} s Jira shows in its place: App is not responding."
    return f"The app took {seconds:.1f} s to answer. {jira}"


def _allows(sources: list[str], url: str) -> bool:
    """Whether a list of sources has one that the origin of a URL fits; a path in a source is not looked at."""
    site = urlsplit(url)
    for source in (each.lower() for each in sources):
        scheme, _, rest = source.rpartition("://")
        host, _, port = rest.split("/")[0].partition(":")
        same_port = port in ("*", str(site.port)) or (not port and site.port in (80, 443, None))
        if source in ("*", f"{site.scheme}:"):
            return True
        if scheme in ("", site.scheme) and _is_host(host, site.hostname or "") and same_port:
            return True
    return False


def _is_host(pattern: str, host: str) -> bool:
    return pattern == host or (pattern.startswith("*.") and host.endswith(pattern[1:]))
