"""The buckets: the site's, which anyone may read, and that of large bodies, which no one may but the functions.

Each step may run before every deploy. Nothing is ever deleted, but by the rule that large bodies expire.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from devkit.errors import DevkitError


def create_public(s3: Any, name: str) -> None:
    """Creates the bucket `name` where it is missing, and lets anyone read its objects, from any page.

    They are the scripts and styles that every browser loads, and hold no secret. Raises `DevkitError` where the name is
    taken by another account.
    """
    _create(s3, name)
    _block_public_access(s3, name, policies=False)
    statement = {
        "Sid": "ReadTheSite",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    rule = {"AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"], "MaxAgeSeconds": 3600}
    s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [rule]})


def create_private(s3: Any, name: str, *, days: int) -> None:
    """Creates the bucket `name` where it is missing: encrypted, closed to the public, its objects gone after `days`.

    Raises `DevkitError` where the name is taken by another account.
    """
    _create(s3, name)
    _block_public_access(s3, name, policies=True)
    encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encryption)
    rule = {
        "ID": "expire",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Expiration": {"Days": days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})


def _create(s3: Any, name: str) -> None:
    region = s3.meta.region_name
    # us-east-1 is S3's default and the one region that must not be named.
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=name, **place)
    except ClientError as fault:
        code = fault.response.get("Error", {}).get("Code")
        if code == "BucketAlreadyExists":
            raise DevkitError(
                f"The bucket name {name} is taken by another AWS account: choose another stage."
            ) from fault
        if code != "BucketAlreadyOwnedByYou":
            raise


def _block_public_access(s3: Any, name: str, *, policies: bool) -> None:
    """Lets no object's own list of rights open it to the public, and, with `policies`, no policy of the bucket."""
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": policies,
            "RestrictPublicBuckets": policies,
        },
    )
