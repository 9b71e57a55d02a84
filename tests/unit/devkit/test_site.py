"""The static site: types, caching, and what is uploaded in which order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devkit.deploy.site import KEPT_FOLDERS, built, content_type, remove_gone, upload


class FakeS3:
    """A bucket; it notes the order of what is done to it, which is also its time."""

    def __init__(self, *keys: str) -> None:
        self.objects: dict[str, bytes] = {}
        self.done: list[str] = []
        self.headers: dict[str, tuple[str, str]] = {}
        self._changed: dict[str, int] = {}
        for key in keys:
            self.put_object(Key=key, Body=b"", ContentType="", CacheControl="")

    def put_object(self, **given: Any) -> None:
        key = given["Key"]
        self.objects[key] = given["Body"]
        self.done.append(f"put {key}")
        self._changed[key] = len(self.done)
        self.headers[key] = (given["ContentType"], given["CacheControl"])

    def get_paginator(self, _: str) -> FakeS3:
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        yield {"Contents": [{"Key": key, "LastModified": self._changed[key]} for key in sorted(self.objects)]}
        yield {}

    def delete_objects(self, **given: Any) -> None:
        for item in given["Delete"]["Objects"]:
            del self.objects[item["Key"]]
            self.done.append(f"delete {item['Key']}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    for name in ("b.js", "sub/c.css", ".hidden", "z.png"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "a.html").write_text('<html><head lang="en"><script src="b.js">')
    return tmp_path


def assets(folder: Path) -> str:
    """The folder that the page means."""
    (found,) = re.findall(
        rb'<head lang="en"><base href="(assets/[0-9a-f]{16}/)"><script src="b\.js">', built(folder)["a.html"]
    )
    return str(found.decode())


def test_all_but_pages_lies_in_a_folder_that_is_named_after_its_content_and_pages_refer_to_it(folder: Path) -> None:
    base = assets(folder)
    assert built(folder).keys() == {"a.html", "pages.txt", f"{base}b.js", f"{base}sub/c.css", f"{base}z.png"}

    (folder / "a.html").write_text('<html><head lang="en"><script src="b.js"></script>')
    assert assets(folder) == base
    (folder / "sub/c.css").write_bytes(b"y")
    assert assets(folder) != base


def test_the_pages_are_listed_by_name(folder: Path) -> None:
    for name in ("c.html", "sub/no-page.html"):
        (folder / name).write_text("<html>")
    assert built(folder)["pages.txt"] == b"a\nc\n"


def test_a_file_that_was_renamed_is_another_content(folder: Path) -> None:
    base = assets(folder)
    (folder / "z.png").rename(folder / "y.png")
    assert assets(folder) != base


def test_pages_go_last_and_what_is_gone_stays_until_it_is_removed(folder: Path) -> None:
    s3 = FakeS3("old.html", "b.js")

    assert upload(s3, "bucket", folder) == 5
    assert set(s3.done[-2:]) == {"put a.html", "put pages.txt"}
    assert "old.html" in s3.objects

    remove_gone(s3, "bucket", folder)
    assert s3.objects.keys() == built(folder).keys()


def test_the_files_of_the_two_sites_before_stay_for_pages_that_still_mean_them(folder: Path) -> None:
    s3, before = FakeS3(), []
    for content in range(5):
        (folder / "b.js").write_text(str(content))
        upload(s3, "bucket", folder)
        remove_gone(s3, "bucket", folder)
        before.append(assets(folder))

    kept = {key.rpartition("b.js")[0] for key in s3.objects if key.endswith("b.js")}
    assert kept == set(before[-KEPT_FOLDERS:])


def test_a_site_that_comes_back_is_the_newest_again(folder: Path) -> None:
    s3, before = FakeS3(), []
    for content in (1, 2, 3, 1, 4, 5):
        (folder / "b.js").write_text(str(content))
        upload(s3, "bucket", folder)
        remove_gone(s3, "bucket", folder)
        before.append(assets(folder))

    assert {key.rpartition("b.js")[0] for key in s3.objects if key.endswith("b.js")} == set(before[-3:])


def test_objects_have_their_type_and_all_but_pages_may_be_kept_for_ever(folder: Path) -> None:
    s3 = FakeS3()

    upload(s3, "bucket", folder)

    base, for_ever = assets(folder), "public, max-age=31536000, immutable"
    assert s3.headers == {
        "a.html": ("text/html; charset=utf-8", "no-cache"),
        "pages.txt": ("text/plain; charset=utf-8", "no-cache"),
        f"{base}b.js": ("text/javascript; charset=utf-8", for_ever),
        f"{base}sub/c.css": ("text/css; charset=utf-8", for_ever),
        f"{base}z.png": ("image/png", for_ever),
    }


def test_many_objects_are_removed_in_portions_that_s3_takes(tmp_path: Path) -> None:
    s3 = FakeS3(*(f"{number}.js" for number in range(2_345)))

    remove_gone(s3, "bucket", tmp_path)

    assert s3.objects == {}


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
