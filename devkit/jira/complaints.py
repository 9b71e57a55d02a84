"""Why a page of an app stays empty in a frame, or has no bridge, said before anybody searches for hours.

Source: https://developer.atlassian.com/cloud/jira/platform/cacheable-app-iframes/ and the open package simple-xdm.
"""

from __future__ import annotations

import re
import time
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from devkit.jira.model import Json
from devkit.jira.tokens import query_hash

SLOW_SECONDS = 5.0
"""After this long a page is called slow. Jira shows that the app is not responding after 12 (atlassian-connect-js)."""


async def complaints(client: aiohttp.ClientSession, url: str, base_url: str, canonical: str = "") -> list[str]:
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
            return [*found, _slow(took)] if took > SLOW_SECONDS else found
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
    ancestors = re.search(r"frame-ancestors([^;]*)", lower.get("content-security-policy", ""), re.IGNORECASE)
    if ancestors and not _allows(ancestors[1].split(), base_url):
        found.append(
            f"The page's Content-Security-Policy allows only frame-ancestors{ancestors[1]}, which {base_url} is not."
        )
    return found


def _refused(canonical: str) -> str:
    if not canonical:
        return "The frame's URL has no token: a cacheable page asks for one over its bridge, AP.context.getToken()."
    return (
        f"The qsh in its token is {query_hash(canonical)}, the SHA-256 of {canonical!r}. Where your app finds another "
        "hash, it has another path (a prefix of the base URL?) or another query. Where the hash is the same, the "
        "secret is an old one, or the clocks differ."
    )


def _slow(seconds: float) -> str:
    return f"The app took {seconds:.1f} s to answer. After 12 s Jira shows in its place: App is not responding."


def _allows(sources: list[str], base_url: str) -> bool:
    site = urlsplit(base_url)
    for source in (each.lower() for each in sources):
        scheme, _, rest = source.rpartition("://")
        host, _, port = rest.rstrip("/").partition(":")
        same_port = port in ("*", str(site.port)) or (not port and site.port in (80, 443, None))
        if source in ("*", f"{site.scheme}:"):
            return True
        if scheme in ("", site.scheme) and host == site.hostname and same_port:
            return True
    return False
