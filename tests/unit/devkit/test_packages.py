"""Packages for Lambda's ARM processors."""

from __future__ import annotations

from devkit.deploy.packages import arm_platforms


def test_wheels_ask_for_no_newer_glibc_than_lambda_has() -> None:
    assert arm_platforms((3, 11))[-1] == "manylinux_2_26_aarch64"
    assert arm_platforms((3, 12))[-1] == "manylinux_2_34_aarch64"
    assert arm_platforms((3, 13))[0] == "manylinux2014_aarch64"
