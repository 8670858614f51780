import pytest

from tests.areas.conftest import queries_of
from tests.cast import Cast, muebles_del_norte

__all__ = ["queries_of"]


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()
