"""The static site: its files, put into the bucket as browsers want them.

All but the pages go into a folder that is named after what is in it, and may be kept by browsers for ever; a page says
by its ``<base>`` which folder it means. So references between files stay as their author wrote them, in scripts and
styles too, where a tool that renames each file would have to find them all. The price: one changed file has a browser
fetch them all.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

from chalicelib.connect.storage.s3 import INDEX

PARALLEL = 8
REMOVED_AT_ONCE = 1000
"""The most objects that one DeleteObjects may name."""

TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
"""Stated here for what pages are made of: the tables of operating systems differ, and some hold wrong entries."""


ASSETS = "assets/"
"""Where the folders are of what is no page."""

KEPT_FOLDERS = 3
"""How many of them there are: the newest, and those before it, which pages in browsers and in functions still mean."""

FOR_EVER = "public, max-age=31536000, immutable"

_HEAD = re.compile(rb"<head(\s[^>]*)?>", re.IGNORECASE)


def upload(s3: Any, bucket: str, folder: Path) -> int:
    """Makes `bucket` hold the site in `folder`; returns the number of files.

    Pages go last, so that no page is served before its scripts. What else is there stays: the app that is running still
    shows it (see `remove_gone`).
    """
    site = built(folder)
    pages = {key for key in site if not key.startswith(ASSETS)}
    with ThreadPoolExecutor(PARALLEL) as pool:
        for keys in (site.keys() - pages, pages):
            list(pool.map(lambda key: _put(s3, bucket, key, site[key]), sorted(keys)))
    return len(site)


def remove_gone(s3: Any, bucket: str, folder: Path) -> None:
    """Removes from `bucket` what the site in `folder` does not hold any more, once the app that showed it is gone too;
    of the folders of scripts and styles the former ones only when there are newer ones enough."""
    there = _stored(s3, bucket)
    newest: dict[str, Any] = {}
    for key, changed in there.items():
        newest[_assets(key)] = max(changed, newest.get(_assets(key), changed))
    newest.pop("", None)
    kept = sorted(newest, key=lambda name: newest[name])[-KEPT_FOLDERS:]
    gone = {key for key in there if _assets(key) not in kept}
    _remove(s3, bucket, gone - built(folder).keys())


def built(folder: Path) -> dict[str, bytes]:
    """The objects of the site in `folder`, by key: its pages, their list, and all else below a folder of its own."""
    files = {key: path.read_bytes() for key, path in site_files(folder)}
    pages = {key for key in files if key.endswith(".html") and "/" not in key}
    digest = sha256()
    for key in sorted(files.keys() - pages):
        digest.update(f"{key}\0".encode() + sha256(files[key]).digest())
    base = f"{ASSETS}{digest.hexdigest()[:16]}/"
    tag = f'<base href="{base}">'.encode()
    index = "".join(f"{key.removesuffix('.html')}\n" for key in sorted(pages)).encode()
    return {INDEX: index} | {
        key if key in pages else base + key: _HEAD.sub(lambda head: head[0] + tag, text, count=1)
        if key in pages
        else text
        for key, text in files.items()
    }


def site_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of the site below `folder`, each with its key; hidden ones are the editor's or the system's own."""
    for path in sorted(folder.rglob("*")):
        key = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in key.parts):
            yield key.as_posix(), path


def content_type(key: str) -> str:
    """The Content-Type of the object `key`; what is text says that it is UTF-8."""
    suffix = Path(key).suffix.lower()
    kind = TYPES.get(suffix) or mimetypes.guess_type(key)[0] or "application/octet-stream"
    is_text = kind.startswith("text/") or kind in ("application/json", "image/svg+xml")
    return f"{kind}; charset=utf-8" if is_text else kind


def cache_control(key: str) -> str:
    """The Cache-Control of the object `key`: a page is always asked for again, and nothing else ever is."""
    return FOR_EVER if key.startswith(ASSETS) else "no-cache"


def _assets(key: str) -> str:
    """The folder of scripts and styles that the object `key` is in; empty for a page."""
    return "/".join(key.split("/")[:2]) if key.startswith(ASSETS) else ""


def _put(s3: Any, bucket: str, key: str, content: bytes) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=content_type(key), CacheControl=cache_control(key))


def _stored(s3: Any, bucket: str) -> dict[str, Any]:
    """The keys of the objects, and when each was last written."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {item["Key"]: item["LastModified"] for page in pages for item in page.get("Contents", [])}


def _remove(s3: Any, bucket: str, keys: set[str]) -> None:
    gone = [{"Key": key} for key in sorted(keys)]
    for start in range(0, len(gone), REMOVED_AT_ONCE):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": gone[start : start + REMOVED_AT_ONCE], "Quiet": True})
