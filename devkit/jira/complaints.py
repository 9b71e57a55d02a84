"""Why a page of an app stays empty in a frame, or has no bridge, said before anybody searches for hours.

Source: https://developer.atlassian.com/cloud/jira/platform/cacheable-app-iframes/ and the open package simple-xdm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from yarl import URL

from devkit.jira.deliveries import Deliveries
from devkit.jira.tokens import query_hash

_ALL_JS = re.compile(r"""<script[^>]*\ssrc=["']?([^"'\s>]*all(?:-debug)?\.js[^"'\s>]*)""", re.IGNORECASE)

MOST_BYTES = 500_000
"""How much of a page is read."""

SLOW_SECONDS = 5.0
"""After this long a page is called slow."""

LOST_SECONDS = 12.0
"""After this long Jira shows in its place that the app is not responding (npm's atlassian-connect-js)."""


async def complaints(
    deliveries: Deliveries,
    app_key: str,
    module_key: str,
    url: str,
    base_url: str,
    canonical: str = "",
    *,
    slow_seconds: float = SLOW_SECONDS,
) -> list[str]:
    """Why the page at `url` can not be shown, or has no bridge, in a frame of the site at `base_url`.

    `canonical` is the request whose hash its token carries; empty where it has no token. That the page was asked for
    is written down.
    """
    asked, answer = await deliveries.read(app_key, f"page {module_key}", url, most=MOST_BYTES, canonical=canonical)
    seconds = asked.attempts[-1].ms / 1000
    if answer.status is None:
        found = [f"The app can not be reached: {answer.error}."]
    else:
        found = _complaints(url, base_url, answer.status, answer.headers, answer.text)
        found += [_refused(canonical)] if answer.status in (401, 403) else []
        found += [_slow(seconds)] if seconds >= slow_seconds else []
    asked.note = " ".join(found)
    deliveries.record(asked)
    return found


def _complaints(url: str, base_url: str, status: int, headers: Mapping[str, str], page: str) -> list[str]:
    found = []
    if 300 <= status < 400 and "Location" in headers:
        target = URL(url, encoded=True).join(URL(headers["Location"]))
        if target.origin() != URL(url, encoded=True).origin():
            found.append(
                f"The page redirects to another origin ({target.origin()}): there the bridge (AP) is never answered, "
                "neither here nor in Jira."
            )
    elif status >= 400:
        found.append(f"The app answers with {status}: {page[:200].strip()}")
    elif "all.js" not in page:
        found.append("The page does not load all.js, so it has no bridge (AP).")
    if "X-Frame-Options" in headers:
        found.append(
            f"The page sends X-Frame-Options: {headers['X-Frame-Options']}, so no browser shows it in a frame."
        )
    return [*found, *_policy_faults(headers.get("Content-Security-Policy", ""), url, base_url, page)]


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
