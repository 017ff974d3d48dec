"""Tests here may be `async def`."""

from tests.async_tests import pytest_pyfunc_call

__all__ = ["pytest_pyfunc_call"]
