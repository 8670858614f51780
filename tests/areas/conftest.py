import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.build import QueriesOf
from tests.cast import Cast, muebles_del_norte


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def as_fede(cast: Cast) -> Client:
    """The facilitator's browser."""
    client = Client()
    client.force_login(cast.fede.user)
    return client


@pytest.fixture
def queries_of() -> QueriesOf:
    """How many queries a page costs, once its session is warm."""

    def count(client: Client, address: str) -> int:
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        return len(seen)

    return count
