"""The tenants of a stage, as the commands read them: sealed secrets are opened where they are asked for, by KMS."""

from __future__ import annotations

from chalicelib.connect.settings import Resources
from chalicelib.connect.storage.dynamodb import DynamoTenants, VersionedItems
from chalicelib.connect.storage.sealing import Seal
from devkit.deploy.aws import Aws


def tenants_of(aws: Aws, names: Resources) -> DynamoTenants:
    """The tenants of the stage of `names`; lists of them need no right to open secrets."""
    items = VersionedItems(aws.client("dynamodb"), names.tenants_table)
    return DynamoTenants(items, Seal(lambda: aws.client("kms")))
