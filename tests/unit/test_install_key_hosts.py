"""Which hosts are asked for install keys, and how often."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import urllib3

from chalicelib.connect.errors import UnauthorizedError
from chalicelib.connect.jira.install_keys import COMMERCIAL, GOVERNMENT, MOST_KEYS, InstallKeys
from tests.tokens import KID, public_pem

SITE = "burrow.atlassian.net"
GOVERNMENT_SITE = "burrow.atlassian-us-gov-mod.net"


class RecordingPool(urllib3.PoolManager):
    """Answers from a table of addresses, and notes what was asked for."""

    def __init__(self, keys: dict[str, str]) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._keys = keys

    def request(self, method: str, url: str, *_: Any, **__: Any) -> urllib3.BaseHTTPResponse:
        self.asked.append(url)
        body = self._keys.get(url, "")
        return urllib3.HTTPResponse(
            BytesIO(body.encode()), status=200 if body else 404, preload_content=False, request_url=url
        )


@pytest.mark.parametrize(
    ("site", "hosts"), [(SITE, COMMERCIAL), ("burrow.jira.com", COMMERCIAL), (GOVERNMENT_SITE, GOVERNMENT)]
)
def test_only_the_hosts_of_the_sites_own_cloud_are_asked(site: str, hosts: tuple[str, ...]) -> None:
    pool = RecordingPool({})
    with pytest.raises(UnauthorizedError):
        InstallKeys(http=pool).get(KID, site)

    assert sorted(pool.asked) == sorted(f"{host}/{KID}" for host in hosts)


def test_a_key_of_one_cloud_signs_for_no_site_of_another() -> None:
    pool = RecordingPool({f"{COMMERCIAL[0]}/{KID}": public_pem()})
    keys = InstallKeys(http=pool)

    assert keys.get(KID, SITE) == public_pem().strip()
    with pytest.raises(UnauthorizedError):
        keys.get(KID, GOVERNMENT_SITE)


def test_a_key_of_atlassian_s_is_read_once_and_no_forger_has_it_read_again() -> None:
    pool = RecordingPool({f"{host}/{KID}": public_pem() for host in COMMERCIAL})
    keys = InstallKeys(http=pool)
    for fresh in (False, True, True):
        keys.get(KID, SITE, fresh=fresh)

    assert len(pool.asked) == len(set(pool.asked))


def test_a_host_of_the_settings_is_asked_for_every_site_and_no_other_is() -> None:
    pool = RecordingPool({f"http://localhost:2990/install-keys/{KID}": public_pem()})
    keys = InstallKeys(["http://localhost:2990/install-keys"], pool)
    keys.get(KID, SITE)
    keys.get(KID, GOVERNMENT_SITE)

    assert pool.asked == [f"http://localhost:2990/install-keys/{KID}"]


def test_the_keys_that_are_remembered_do_not_become_too_many() -> None:
    url = "http://localhost:2990"
    pool = RecordingPool({f"{url}/{number}": public_pem() for number in range(MOST_KEYS + 1)})
    keys = InstallKeys([url], pool)
    for number in range(MOST_KEYS + 1):
        keys.get(str(number), SITE)
    keys.get(str(MOST_KEYS), SITE)
    keys.get("0", SITE)

    assert len(pool.asked) == MOST_KEYS + 2
    assert pool.asked[-1] == f"{url}/0"
