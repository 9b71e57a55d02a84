"""A tenant: one installation of the app on one Jira site, and how lifecycle events change it.

Pure values; what is stored, and how, is the storage's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.connect.values import frozen, hidden, replace

GRACE_SECONDS = 86_400
"""How long a replaced shared secret still opens the door: webhooks that Jira signed before a reinstall may come up to
five retries of a quarter of an hour later (https://developer.atlassian.com/cloud/jira/platform/webhooks/)."""

MOST_FORMER_SECRETS = 20


@frozen
class FormerSecret:
    """A shared secret that an install has replaced."""

    secret: str = hidden()
    good_until: int
    """Seconds since the epoch."""


@frozen(kw_only=True)
class Listed:
    """What a list of tenants says of one: none of its secrets, which need not be opened to read a list."""

    client_key: str
    base_url: str
    display_url: str = ""
    installed: bool = True
    enabled: bool = False
    lifecycle_at: int

    @classmethod
    def from_record(cls, client_key: str, record: Mapping[str, Any]) -> Listed:
        """The entry for the tenant that is stored as `record`, whether its secrets are sealed or not."""
        return cls(
            client_key=client_key,
            base_url=record["baseUrl"],
            display_url=record["displayUrl"],
            installed=record["installed"],
            enabled=record["enabled"],
            lifecycle_at=record["lifecycleAt"],
        )


@frozen(kw_only=True)
class Tenant:
    """One installation of the app on one Jira site, by its client key."""

    client_key: str
    shared_secret: str = hidden()
    former_secrets: tuple[FormerSecret, ...] = ()
    base_url: str
    """Where Jira's REST API answers; under a custom domain not what a browser shows."""
    display_url: str = ""
    """What a browser shows, where that differs."""
    help_center_url: str = ""
    """What a browser shows of the service desk's help center, where that differs."""
    installation_id: str = ""
    """Forge's name of the installation, once the app is registered there."""
    oauth_client_id: str = ""
    """For calls to Jira in the name of a user."""
    app_base_url: str = ""
    """Where this site knows the app: with `regionBaseUrls` not the same for all; empty as long as the newest install is
    one that a version before this field took in."""
    installed: bool = True
    enabled: bool = False
    lifecycle_at: int
    """When Jira made the newest install or uninstall that counted, seconds since the epoch (its token's `iat`)."""

    @property
    def listed(self) -> Listed:
        """This tenant as a list shows it."""
        return Listed.from_record(self.client_key, self.to_record())

    def secrets(self, now: float) -> tuple[str, ...]:
        """The secrets that open the door at `now`, the newest first."""
        return (self.shared_secret, *(each.secret for each in self.former_secrets if each.good_until > now))

    def reinstalled(self, newer: Tenant, now: float) -> Tenant | None:
        """This tenant after the install `newer`; None when a later uninstall has overtaken that install.

        Installs may be repeated and may come at once. The one that Jira made last counts; the secret of every other
        stays good for the grace period, since Jira may not know which of its calls we answered last.
        """
        if newer.lifecycle_at >= self.lifecycle_at:
            # An install that comes again may come after the `enabled` that followed it.
            former = self._former(self.shared_secret, newer.shared_secret, now)
            return replace(newer, enabled=self.enabled, former_secrets=former)
        if not self.installed:
            return None
        return replace(self, former_secrets=self._former(newer.shared_secret, self.shared_secret, now))

    def uninstalled(self, at: int) -> Tenant:
        """This tenant after an uninstall that Jira made `at`; unchanged when a later install has overtaken that.

        The secret stays: Jira may send `disabled` after `uninstalled`.
        """
        if at < self.lifecycle_at:
            return self
        return replace(self, installed=False, enabled=False, lifecycle_at=at)

    def _former(self, replaced: str, current: str, now: float) -> tuple[FormerSecret, ...]:
        until = int(now) + GRACE_SECONDS
        kept = (each for each in self.former_secrets if each.good_until > now)
        former = {each.secret: each for each in (*kept, FormerSecret(replaced, until))}
        former.pop(current, None)
        return tuple(former.values())[-MOST_FORMER_SECRETS:]

    def to_record(self) -> dict[str, Any]:
        """This tenant as a JSON object, secrets included: for the storage alone."""
        return {
            "version": 1,
            "sharedSecret": self.shared_secret,
            "formerSecrets": [[each.secret, each.good_until] for each in self.former_secrets],
            "baseUrl": self.base_url,
            "displayUrl": self.display_url,
            "helpCenterUrl": self.help_center_url,
            "installationId": self.installation_id,
            "oauthClientId": self.oauth_client_id,
            "appBaseUrl": self.app_base_url,
            "installed": self.installed,
            "enabled": self.enabled,
            "lifecycleAt": self.lifecycle_at,
        }

    @classmethod
    def from_record(cls, client_key: str, record: Mapping[str, Any]) -> Tenant:
        """The tenant that `to_record` made `record` of."""
        return cls(
            client_key=client_key,
            shared_secret=record["sharedSecret"],
            former_secrets=tuple(FormerSecret(secret, until) for secret, until in record["formerSecrets"]),
            base_url=record["baseUrl"],
            display_url=record["displayUrl"],
            help_center_url=record["helpCenterUrl"],
            installation_id=record["installationId"],
            oauth_client_id=record["oauthClientId"],
            app_base_url=record.get("appBaseUrl", ""),
            installed=record["installed"],
            enabled=record["enabled"],
            lifecycle_at=record["lifecycleAt"],
        )
