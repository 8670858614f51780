from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tests.build import NOW
from tests.cast import Cast, muebles_del_norte


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def monday() -> Iterator[None]:
    """The pages take the time themselves: it is the Monday on which everything in the tests happens."""
    with time_machine.travel(NOW, tick=False):
        yield
