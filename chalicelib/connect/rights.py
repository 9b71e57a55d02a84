"""Whether the policies that `chalice deploy` is about to give let the functions do what the settings make them do.

`make deploy` adds rights that hang on a setting by itself; who calls Chalice by hand has to have them in the policies,
and would otherwise learn it from a stage in which no webhook can be verified.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.connect.errors import SettingsError

if TYPE_CHECKING:
    from chalicelib.connect.settings import Settings

OPENERS = ("api", "worker", "jobs")
"""The functions that open the secrets of tenants, by the names of their policies."""


def check_rights(settings: Settings, folder: Path) -> None:
    """Looks at the policies in `folder`, Chalice's own. Raises `SettingsError` where one does not reach far enough."""
    if settings.secrets_key is None:
        return
    policies = (folder / f"policy-{settings.stage}-{function}.json" for function in OPENERS)
    lacking = [path.name for path in policies if path.is_file() and "kms:Decrypt" not in path.read_text()]
    if lacking:
        raise SettingsError(
            f"CONNECT_SECRETS_KEY is set, and {', '.join(lacking)} in .chalice do not allow kms:Decrypt: deploy with "
            f"`make deploy STAGE={settings.stage}`, which adds that, or write it into them (docs/deploy.md)."
        )
