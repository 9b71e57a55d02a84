"""Properties: JSON values that apps keep at issues, and at themselves.

Source: https://developer.atlassian.com/cloud/jira/platform/storing-data-without-a-database/
"""

from __future__ import annotations

import json
from typing import Any, Final

from devkit.jira.happenings import SiteFault
from devkit.jira.store import Store

KEY_LENGTH: Final = 255
APP_KEY_LENGTH: Final = 127
VALUE_LENGTH: Final = 32_768


def check(key: str, value: Any, most: int = KEY_LENGTH) -> None:
    """Raises `SiteFault` where a key or a value is too long."""
    if not 0 < len(key) <= most:
        raise SiteFault(f"The property key must be 1 to {most} characters long.")
    if len(json.dumps(value, ensure_ascii=False)) > VALUE_LENGTH:
        raise SiteFault(f"The property value must be at most {VALUE_LENGTH} characters of JSON.")


class AppProperties:
    """The properties of the apps, by app key; kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, dict[str, Any]] = {body["app"]: body["values"] for body in store.all("app_properties")}

    def of(self, app_key: str) -> dict[str, Any]:
        """All properties of an app."""
        return dict(self._known.get(app_key, {}))

    def put(self, app_key: str, key: str, value: Any) -> bool:
        """Sets one; returns whether it is new. Raises `SiteFault`."""
        check(key, value, APP_KEY_LENGTH)
        values = self._known.setdefault(app_key, {})
        is_new = key not in values
        values[key] = value
        self._save(app_key)
        return is_new

    def remove(self, app_key: str, key: str) -> bool:
        """Removes one; returns whether there was one."""
        if key not in self._known.get(app_key, {}):
            return False
        del self._known[app_key][key]
        self._save(app_key)
        return True

    def _save(self, app_key: str) -> None:
        self._store.put("app_properties", app_key, {"app": app_key, "values": self._known[app_key]})
