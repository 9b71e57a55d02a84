"""The static site: its files, put into the bucket as browsers want them."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

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


def upload(s3: Any, bucket: str, folder: Path, *, seconds: int) -> int:
    """Makes `bucket` hold the files of `folder`; returns their number.

    Pages go last, so that no page is served before its scripts. Browsers may keep everything but pages for `seconds`.
    What else is there stays: the app that is running still shows it (see `remove_gone`).
    """
    files = dict(site_files(folder))
    pages = {key for key in files if key.endswith(".html")}
    with ThreadPoolExecutor(PARALLEL) as pool:
        for keys in (files.keys() - pages, pages):
            list(pool.map(lambda key: _put(s3, bucket, key, files[key], seconds), sorted(keys)))
    return len(files)


def remove_gone(s3: Any, bucket: str, folder: Path) -> None:
    """Removes from `bucket` what `folder` does not hold any more, once the app that showed it is gone too."""
    _remove(s3, bucket, _stored(s3, bucket) - dict(site_files(folder)).keys())


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


def cache_control(key: str, seconds: int) -> str:
    """The Cache-Control of the object `key`: pages are always asked for again, and so is all where `seconds` is 0."""
    return "no-cache" if key.endswith(".html") or not seconds else f"public, max-age={seconds}"


def _put(s3: Any, bucket: str, key: str, path: Path, seconds: int) -> None:
    s3.put_object(
        Bucket=bucket,
        Key=key,
        Body=path.read_bytes(),
        ContentType=content_type(key),
        CacheControl=cache_control(key, seconds),
    )


def _stored(s3: Any, bucket: str) -> set[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {item["Key"] for page in pages for item in page.get("Contents", [])}


def _remove(s3: Any, bucket: str, keys: set[str]) -> None:
    gone = [{"Key": key} for key in sorted(keys)]
    for start in range(0, len(gone), REMOVED_AT_ONCE):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": gone[start : start + REMOVED_AT_ONCE], "Quiet": True})
