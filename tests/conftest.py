from pathlib import Path

import pytest
from django.core.cache import cache

E2E = Path(__file__).parent / "e2e"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: whoever waits for the suite sees the quick answers first."""
    items.sort(key=lambda item: item.path.is_relative_to(E2E))


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    """Each worker has a Valkey database of its own, so emptying it disturbs nobody."""
    cache.clear()
