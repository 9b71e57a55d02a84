"""The static site: types, caching, and what is uploaded in which order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devkit.deploy.site import cache_control, content_type, remove_gone, upload


class FakeS3:
    """A bucket; it notes the order of what is done to it."""

    def __init__(self, *keys: str) -> None:
        self.keys = set(keys)
        self.done: list[str] = []
        self.headers: dict[str, tuple[str, str]] = {}

    def put_object(self, **given: Any) -> None:
        self.keys.add(given["Key"])
        self.done.append(f"put {given['Key']}")
        self.headers[given["Key"]] = (given["ContentType"], given["CacheControl"])

    def get_paginator(self, _: str) -> FakeS3:
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        yield {"Contents": [{"Key": key} for key in sorted(self.keys)]}
        yield {}

    def delete_objects(self, **given: Any) -> None:
        for item in given["Delete"]["Objects"]:
            self.keys.discard(item["Key"])
            self.done.append(f"delete {item['Key']}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    for name in ("a.html", "b.js", "sub/c.css", ".hidden", "z.png"):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def test_pages_go_last_and_what_is_gone_stays_until_it_is_removed(folder: Path) -> None:
    s3 = FakeS3("old.js", "b.js")

    assert upload(s3, "bucket", folder, seconds=60) == 4
    assert s3.done[-1] == "put a.html"
    assert "old.js" in s3.keys

    remove_gone(s3, "bucket", folder)
    assert s3.keys == {"a.html", "b.js", "sub/c.css", "z.png"}


def test_objects_have_their_type_and_how_long_they_may_be_kept(folder: Path) -> None:
    s3 = FakeS3()

    upload(s3, "bucket", folder, seconds=60)

    assert s3.headers == {
        "a.html": ("text/html; charset=utf-8", "no-cache"),
        "b.js": ("text/javascript; charset=utf-8", "public, max-age=60"),
        "sub/c.css": ("text/css; charset=utf-8", "public, max-age=60"),
        "z.png": ("image/png", "public, max-age=60"),
    }


def test_many_objects_are_removed_in_portions_that_s3_takes(tmp_path: Path) -> None:
    s3 = FakeS3(*(f"{number}.js" for number in range(2_345)))

    remove_gone(s3, "bucket", tmp_path)

    assert s3.keys == set()


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("x.svg", "image/svg+xml; charset=utf-8"),
        ("x.JSON", "application/json; charset=utf-8"),
        ("x.woff2", "font/woff2"),
        ("x.txt", "text/plain; charset=utf-8"),
        ("x", "application/octet-stream"),
    ],
)
def test_every_file_has_a_type(key: str, expected: str) -> None:
    assert content_type(key) == expected


def test_nothing_is_kept_by_a_browser_of_the_local_run() -> None:
    assert cache_control("x.js", 0) == cache_control("x.html", 60) == "no-cache"
