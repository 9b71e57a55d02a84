"""What becomes of an app on the site: installed from its descriptor, updated, switched on and off, removed.

Source: https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/#lifecycle
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace

from devkit.jira import descriptor as descriptors
from devkit.jira.address import Address
from devkit.jira.chance import Chance
from devkit.jira.deliveries import Answer, Attempt, Deliveries, new_delivery
from devkit.jira.descriptor import Refused
from devkit.jira.installations import Installation, Installations
from devkit.jira.json_reading import read_json
from devkit.jira.keys import InstallKeys
from devkit.jira.model import Json
from devkit.jira.tokens import Signed, install_token, server_token

MOST_BYTES = 1_000_000
_PLEASE = "Please try again later or contact the app vendor."


class Apps:
    """The lifecycle of the apps on the site at an address; one change at a time."""

    def __init__(
        self,
        installations: Installations,
        keys: InstallKeys,
        deliveries: Deliveries,
        address: Address,
        *,
        user: Callable[[], str],
        clock: Callable[[], float] = time.time,
        token_clock: Callable[[], float] = time.time,
        chance: Chance | None = None,
    ) -> None:
        """`user` gives the account id of the person on whose behalf it is done; `token_clock` is that of the tokens."""
        self._installations = installations
        self._keys = keys
        self._deliveries = deliveries
        self._address = address
        self._user = user
        self._clock = clock
        self._token_clock = token_clock
        self._chance = chance or Chance()
        self._one_at_a_time = asyncio.Lock()
        self.listeners: list[Callable[[], None]] = []

    async def install(self, descriptor_url: str) -> Installation:
        """Installs the app, or updates it where it is installed; raises `Refused`."""
        raw = await self._fetch(descriptor_url)
        async with self._one_at_a_time:
            return await self._install(descriptor_url, raw)

    async def ensure(self, descriptor_url: str) -> Installation:
        """Sees to it that the app is installed and knows this site, and tells it as little as possible for that.

        Raises `Refused`.
        """
        raw = await self._fetch(descriptor_url)
        async with self._one_at_a_time:
            known = self._installations.get(raw["key"])
            if known is None or known.descriptor != raw:
                return await self._install(descriptor_url, raw)
            if not known.enabled:
                return known
            # An app that has lost its memory refuses this token: then it is told everything anew.
            asked = await self._fire(known, "enabled")
            if asked is None or asked.status in (400, 401, 403, 404):
                return await self._install(descriptor_url, raw)
            return known

    async def reinstall(self, key: str) -> Installation:
        """Gives the app a new secret by a new ``installed``, as Jira does now and then; raises `Refused`."""
        async with self._one_at_a_time:
            known = self._known(key)
            renewed = replace(known, shared_secret=self._chance.secret())
            return await self._install(known.descriptor_url, known.descriptor, renewed)

    async def renamed(self) -> dict[str, list[str]]:
        """Tells all apps the new base URL of the site, by a new ``installed`` with a new secret, as Jira does.

        Returns why those refused it that did, by app key; they keep what they know.
        """
        refused = {}
        for known in self._installations.all():
            key = known.descriptor["key"]
            try:
                await self.reinstall(key)
            except Refused as fault:
                refused[key] = fault.reasons
        return refused

    async def uninstall(self, key: str, disabled: str = "first") -> None:
        """Removes the app; its data here stay, so that it is the same tenant when it comes back. Raises `Refused`.

        `disabled` says when the app is told that it is switched off: ``first``, ``last``, or ``unsigned`` for last and
        without a token, which Jira is known to do, too (AC-2561).
        """
        if disabled not in ("first", "last", "unsigned"):
            raise Refused("disabled must be first, last or unsigned.")
        async with self._one_at_a_time:
            known = self._known(key)
            if known.enabled and disabled == "first":
                await self._fire(known, "disabled")
            gone = replace(known, installed=False, enabled=False)
            self._keep(gone)
            await self._fire(gone, "uninstalled")
            if known.enabled and disabled != "first":
                await self._fire(gone, "disabled", signed=disabled == "last")

    def license(self, key: str, licence: str) -> None:
        """Changes the app's licence to ``active``, ``evaluation`` or ``none``; raises `Refused`."""
        if licence not in ("active", "evaluation", "none"):
            raise Refused("The licence must be active, evaluation or none.")
        self._keep(replace(self._known(key), licence=licence))

    async def enable(self, key: str, *, enabled: bool) -> None:
        """Switches the app on or off; raises `Refused`."""
        async with self._one_at_a_time:
            known = replace(self._known(key), enabled=enabled)
            self._keep(known)
            await self._fire(known, "enabled" if enabled else "disabled")

    async def repeat(self, key: str, event: str) -> None:
        """Makes one lifecycle call again, as it would be made now; raises `Refused`."""
        async with self._one_at_a_time:
            known = self._installations.former(key)
            if known is None:
                raise Refused(f"{key} was never installed here.")
            await self._fire(known, event)

    async def _install(self, url: str, raw: Json, renewed: Installation | None = None) -> Installation:
        former = self._installations.former(raw["key"])
        was_off = former is not None and former.installed and not former.enabled
        proposed = replace(renewed or self._installations.proposed(url, raw), installed=True, enabled=not was_off)
        # While it answers, the app may already call back.
        self._installations.put(proposed)
        answered = await self._fire(proposed, "installed")
        if answered is not None and answered.status not in (200, 204):
            self._installations.restore(raw["key"], former)
            raise Refused(_complaint(proposed, answered, f"{self._address.origin}/install-keys"))
        self._keep(proposed)
        if proposed.enabled:
            await self._fire(proposed, "enabled")
        return proposed

    async def _fire(self, known: Installation, event: str, *, signed: bool = True) -> Attempt | None:
        """One lifecycle call; None where the app does not want it."""
        descriptor = self._installations.descriptor(known)
        path = descriptor.lifecycle.get(event)
        if path is None:
            return None
        url = descriptor.base_url + path
        payload = self._payload(known, event)
        shown = {**payload, "sharedSecret": "(hidden)"} if "sharedSecret" in payload else payload
        text = json.dumps(shown, ensure_ascii=False)
        delivery = new_delivery(
            "lifecycle", descriptor.key, event, url, text, now=self._clock(), identity=self._chance.identity()
        )
        token = self._sign(known, event, url, descriptor.base_url) if descriptor.signs and signed else None
        made = await self._deliveries.attempt(delivery, token, body=json.dumps(payload, ensure_ascii=False))
        delivery.state = "delivered" if made.is_good else "failed"
        self._deliveries.record(delivery)
        return made

    def _sign(self, known: Installation, event: str, url: str, app_url: str) -> Signed:
        now, user = self._token_clock(), self._user()
        if event in ("installed", "uninstalled"):
            pair = self._keys.current()
            return install_token(known.client_key, user, pair.private, pair.kid, url, app_url, now)
        return server_token(known.client_key, known.shared_secret, "POST", url, app_url, now, sub=user)

    def _payload(self, known: Installation, event: str) -> Json:
        signs = self._installations.descriptor(known).signs
        user = self._user()
        secret = {"sharedSecret": known.shared_secret} if event == "installed" and signs else {}
        return {
            "key": known.descriptor["key"],
            "clientKey": known.client_key,
            "oauthClientId": known.oauth_client_id,
            **({"accountId": user} if user else {}),
            **secret,
            "serverVersion": "100999",
            "pluginsVersion": "1001.0.0-SNAPSHOT",
            "baseUrl": self._address.base,
            "displayUrl": self._address.display,
            "displayUrlServicedeskHelpCenter": self._address.display,
            "productType": "jira",
            "description": "Stand-in for Jira",
            "eventType": event,
        }

    async def _fetch(self, url: str) -> Json:
        """The descriptor at `url`, found good; raises `Refused`."""
        if not url.startswith(("http://", "https://")):
            raise Refused("The descriptor URL must begin with http:// or https://.")
        app_key = next((app.descriptor["key"] for app in self._installations.all() if app.descriptor_url == url), "")
        asked, answer = await self._deliveries.read(app_key, "descriptor", url, most=MOST_BYTES + 1, typed=True)
        asked.note = f"It is at {answer.redirected} by now." if answer.redirected else ""
        try:
            raw = _descriptor(url, answer)
            asked.app_key = raw["key"]
        except Refused as fault:
            asked.note = " ".join(fault.reasons)
            raise
        finally:
            self._deliveries.record(asked)
        return raw

    def _known(self, key: str) -> Installation:
        found = self._installations.get(key)
        if found is None:
            raise Refused(f"{key} is not installed.")
        return found

    def _keep(self, installation: Installation) -> None:
        self._installations.put(installation)
        for listener in self.listeners:
            listener()


def _complaint(proposed: Installation, answered: Attempt, keys_url: str) -> str:
    if answered.status is None:
        host = proposed.read().base_url
        return (
            f"The app host did not respond when we tried to contact it at {host} during installation "
            f"({answered.error}). {_PLEASE}"
        )
    words = f"The app answered: {answered.answer[:500]}" if answered.answer.strip() else "The app said nothing more."
    # Where it asks Atlassian for the key of this site, it finds none.
    doubts = proposed.read().signs and answered.status in (400, 401, 403, 404)
    hint = f" Does it read install keys at {keys_url}? This site's are there, and not at Atlassian's." if doubts else ""
    return (
        f"The app host returned HTTP response code {answered.status} when we tried to contact it during installation. "
        f"{_PLEASE} {words}{hint}"
    )


def _excerpt(answer: Answer) -> str:
    return answer.text[:300].strip()


def _descriptor(url: str, answer: Answer) -> Json:
    """The descriptor that was read at `url`, found good; raises `Refused`."""
    if answer.status is None:
        raise Refused(f"The descriptor at {url} could not be read: {answer.error}.")
    if answer.status != 200:
        raise Refused(f"The descriptor at {url} could not be read: the answer is {answer.status}. {_excerpt(answer)}")
    if len(answer.content) > MOST_BYTES:
        raise Refused(f"The descriptor at {url} is larger than {MOST_BYTES} bytes.")
    try:
        text = answer.content.decode("utf-8-sig")
        raw: Json = read_json(text)
    except ValueError as fault:
        raise Refused(f"The descriptor at {url} is no JSON: {fault}.") from fault
    descriptors.read(raw, text)
    return raw
