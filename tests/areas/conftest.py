import pytest
from django.test import Client

from tests.cast import Cast, muebles_del_norte


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def as_fede(cast: Cast, client: Client) -> Client:
    """The facilitator's browser."""
    client.force_login(cast.fede.user)
    return client
