"""The roles of a stage's functions, which are the account's: one for the same stage in all regions.

Chalice names a role after the stage alone. So each deploy notes its region on the roles, as a tag, and a stage that is
taken away in one region leaves them to the others.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/introduction.html (IAM is global)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.connect.settings import APP
from devkit.deploy.aws import is_code
from devkit.deploy.template import functions

TAG = "dormouse-in-"
"""How the tags begin; the region follows."""


def names(stage: str) -> list[str]:
    """The roles of `stage`, as Chalice names them."""
    own = (name.rpartition("-")[2] for logical, name in functions(stage).items() if logical != "Api")
    return [f"{APP}-{stage}-{short}" for short in ("api_handler", *own)]


def claim(iam: Any, stage: str, region: str) -> None:
    """Notes on the roles of `stage` that functions in `region` have them; twice is once."""
    for name in names(stage):
        with _passing_over_what_is_not_there():
            iam.tag_role(RoleName=name, Tags=[{"Key": f"{TAG}{region}", "Value": "deployed"}])


def remove(iam: Any, stage: str, region: str) -> None:
    """Deletes the roles of `stage` that no other region than `region` has; twice is once."""
    for name in names(stage):
        with _passing_over_what_is_not_there():
            tags = {each["Key"] for each in iam.list_role_tags(RoleName=name)["Tags"]}
            if any(tag.startswith(TAG) and tag != f"{TAG}{region}" for tag in tags):
                iam.untag_role(RoleName=name, TagKeys=[f"{TAG}{region}"])
                continue
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
                iam.delete_role_policy(RoleName=name, PolicyName=policy)
            iam.delete_role(RoleName=name)


@contextmanager
def _passing_over_what_is_not_there() -> Iterator[None]:
    """A role may be gone already, or never have been: with `manage_iam_role: false` Chalice makes none."""
    try:
        yield
    except ClientError as fault:
        if not is_code(fault, "NoSuchEntity"):
            raise
