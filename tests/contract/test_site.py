"""What every implementation of the port `Site` must do."""

from __future__ import annotations

from chalicelib.connect.storage.ports import Site


def test_a_page_is_its_html(site: Site) -> None:
    assert site.page("issue-panel") == b"<p>\xc3\xa9</p>"


def test_the_pages_are_known_by_name(site: Site) -> None:
    assert list(site.pages()) == ["issue-panel"]


def test_a_page_that_is_not_there_is_none(site: Site) -> None:
    assert site.page("no-such-page") is None
