import pytest
from django.core.cache import cache

from contracts.at_hand import at_hand


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: the quick answers come first, and Playwright's loop is in nobody's way who has a loop too."""
    driven = {item.path for item in items if "playwright" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: item.path in driven)


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    """Each worker has a Valkey database of its own, so emptying it disturbs nobody."""
    cache.clear()
    at_hand.clear()
