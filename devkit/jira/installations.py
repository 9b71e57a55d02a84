"""Which apps the site has, and what it shares with each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from devkit.jira import descriptor as descriptors
from devkit.jira.chance import Chance
from devkit.jira.descriptor import Descriptor, Module, Refused
from devkit.jira.model import Json
from devkit.jira.store import Store


@dataclass(frozen=True, slots=True)
class Installation:
    """One app on this site. Its `client_key` stays when it is removed and installed again; its secret does not."""

    descriptor_url: str
    descriptor: Json
    client_key: str
    shared_secret: str
    account_id: str
    """The app's own user."""
    oauth_client_id: str
    installed: bool = False
    enabled: bool = False
    licence: str = "none"
    """``active``, ``evaluation`` or ``none``."""
    dynamic_modules: Json = field(default_factory=dict)
    """What the app has added to the modules of its descriptor, in their form."""

    def read(self) -> Descriptor:
        """The descriptor with the modules added since, which was found good when the app was installed."""
        return descriptors.read({**self.descriptor, "modules": self._modules()})

    def _modules(self) -> Json:
        modules = dict(self.descriptor.get("modules") or {})
        for kind, added in self.dynamic_modules.items():
            modules[kind] = [*(modules.get(kind) or []), *added]
        return modules


class Installations:
    """The apps of the site, kept in the store."""

    def __init__(self, store: Store, chance: Chance | None = None) -> None:
        self._store = store
        self._chance = chance or Chance()
        self._known = {body["descriptor"]["key"]: Installation(**body) for body in store.all("installation")}
        self._read: dict[str, tuple[Installation, Descriptor]] = {}
        self.listeners: list[Callable[[], None]] = []
        """Are told when an app has changed its modules at run time."""

    def get(self, key: str) -> Installation | None:
        """The app of a key, where it is installed."""
        found = self._known.get(key)
        return found if found and found.installed else None

    def all(self) -> list[Installation]:
        """All apps that are installed."""
        return [found for found in self._known.values() if found.installed]

    def descriptor(self, installation: Installation) -> Descriptor:
        """The descriptor of an app, read once."""
        key = installation.descriptor["key"]
        kept = self._read.get(key)
        if kept is None or kept[0] is not installation:
            kept = self._read[key] = (installation, installation.read())
        return kept[1]

    def enabled(self) -> list[tuple[Installation, Descriptor]]:
        """All apps that are installed and switched on."""
        return [(found, self.descriptor(found)) for found in self.all() if found.enabled]

    def secret_of(self, key: str) -> str | None:
        """The secret shared with the app of a key, where it is installed."""
        found = self.get(key)
        return found.shared_secret if found else None

    def by_oauth_client(self, identity: str) -> Installation | None:
        """The app of an OAuth client id, where it is installed."""
        return next((found for found in self.all() if found.oauth_client_id == identity), None)

    def put(self, installation: Installation) -> None:
        """Keeps an app as it is now."""
        key = installation.descriptor["key"]
        self._known[key] = installation
        self._store.put("installation", key, asdict(installation))

    def proposed(self, url: str, raw: Json) -> Installation:
        """The app of a descriptor as it would be installed: an update keeps the secret, a new install has a new one."""
        former = self._known.get(raw["key"])
        if former is None:
            return Installation(
                descriptor_url=url,
                descriptor=raw,
                client_key=self._chance.identity(),
                shared_secret=self._chance.secret(),
                account_id=f"557058:{self._chance.identity()}",
                oauth_client_id=self._chance.secret(24),
                licence="active" if raw.get("enableLicensing") else "none",
            )
        if former.installed:
            return replace(former, descriptor_url=url, descriptor=raw)
        secret = self._chance.secret()
        return replace(former, descriptor_url=url, descriptor=raw, shared_secret=secret, dynamic_modules={})

    def add_modules(self, known: Installation, added: Any) -> None:
        """Adds modules at run time, in the form that a descriptor has them; raises `Refused`."""
        if not isinstance(added, dict) or not all(isinstance(modules, list) for modules in added.values()):
            raise Refused("The modules must be lists, by their kind.")
        modules = {kind: [*known.dynamic_modules.get(kind, []), *more] for kind, more in added.items()}
        changed = replace(known, dynamic_modules={**known.dynamic_modules, **modules})
        changed.read()
        self._change(changed)

    def remove_modules(self, known: Installation, keys: list[str] | None) -> None:
        """Removes those modules of the keys that were added at run time; all of them where no keys are given."""
        left = {
            kind: [module for module in modules if keys is not None and module.get("key") not in keys]
            for kind, modules in known.dynamic_modules.items()
        }
        self._change(replace(known, dynamic_modules={kind: modules for kind, modules in left.items() if modules}))

    def _change(self, changed: Installation) -> None:
        self.put(changed)
        for listener in self.listeners:
            listener()

    def restore(self, key: str, former: Installation | None) -> None:
        """Takes back what an install has changed before it failed."""
        if former is not None:
            self.put(former)
        elif key in self._known:
            del self._known[key]
            self._store.remove("installation", key)

    def former(self, key: str) -> Installation | None:
        """The app of a key, also where it has been removed."""
        return self._known.get(key)

    def panels(self) -> list[tuple[Installation, Module]]:
        """All modules that are shown beside an issue."""
        return [
            (found, module)
            for found, descriptor in self.enabled()
            for module in descriptor.modules
            if module.is_issue_panel
        ]
