"""The buckets of `devkit.deploy.template`, brought into line through S3's own calls; nothing is ever deleted.

CloudFormation and S3 have different words for the same; this is where one is put into the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from devkit.deploy.aws import is_code
from devkit.errors import DevkitError


def bring_into_line(s3: Any, bucket: Mapping[str, Any]) -> None:
    """Creates the bucket with CloudFormation's properties `bucket` where it is missing, and sets them.

    Raises `DevkitError` where the name is taken by another account.
    """
    name = bucket["BucketName"]
    _create(s3, name)
    s3.put_public_access_block(
        Bucket=name, PublicAccessBlockConfiguration=dict(bucket["PublicAccessBlockConfiguration"])
    )
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=_encryption(bucket["BucketEncryption"]))
    if cors := bucket.get("CorsConfiguration"):
        s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [_cors(rule) for rule in cors["CorsRules"]]})
    if lifecycle := bucket.get("LifecycleConfiguration"):
        rules = [_expiry(rule) for rule in lifecycle["Rules"]]
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})


def _encryption(encryption: Mapping[str, Any]) -> dict[str, Any]:
    rules = encryption["ServerSideEncryptionConfiguration"]
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]} for rule in rules]}


def _cors(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {"MaxAgeSeconds" if key == "MaxAge" else key: value for key, value in rule.items()}


def _expiry(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ID": rule["Id"],
        "Status": rule["Status"],
        "Filter": {"Prefix": ""},
        "Expiration": {"Days": rule["ExpirationInDays"]},
        "AbortIncompleteMultipartUpload": rule["AbortIncompleteMultipartUpload"],
    }


def _create(s3: Any, name: str) -> None:
    region = s3.meta.region_name
    # us-east-1 is S3's default and the one region that must not be named.
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=name, **place)
    except ClientError as fault:
        if is_code(fault, "BucketAlreadyExists"):
            raise DevkitError(
                f"The bucket name {name} is taken by another AWS account: choose another stage."
            ) from fault
        if not is_code(fault, "BucketAlreadyOwnedByYou"):
            raise
