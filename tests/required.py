"""What a machine may lack, and what must be there all the same."""

import os
from typing import NoReturn

import pytest

_REQUIRED = set(filter(None, os.environ.get("CRM_TEST_REQUIRE", "").split(",")))


def lacking(part: str, why: str) -> NoReturn:
    """Skip a test for want of `part` (postgres, chromium); fail where it is said to be there."""
    if part in _REQUIRED:
        pytest.fail(why)
    pytest.skip(why)
