"""The shape of the chain: pure arithmetic, cycles included."""

from hypothesis import given
from hypothesis import strategies as st

from areas import chain

LINE = [("client", "sales"), ("sales", "logistics"), ("logistics", "production")]
CYCLE = [*LINE, ("hr", "it"), ("it", "hr"), ("sales", "it")]
edges = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda e: e[0] != e[1]), max_size=24)


def test_distance_is_the_fewest_links() -> None:
    assert chain.distances("client", LINE) == {"client": 0, "sales": 1, "logistics": 2, "production": 3}
    assert chain.distances("client", [*LINE, ("client", "production")])["production"] == 1


def test_cycles_end() -> None:
    assert chain.distances("client", CYCLE)["hr"] == 3
    assert chain.upstream("hr", CYCLE) == {"it", "sales", "client"}
    assert chain.downstream("hr", CYCLE) == {"it"}


def test_what_no_path_joins_stands_apart() -> None:
    loose = [*LINE, ("finance", "legal"), ("legal", "finance")]
    assert chain.apart("client", ["sales", "finance", "legal"], loose) == ["finance", "legal"]


def test_a_path_must_lead_from_supplier_to_customer() -> None:
    backward = [("sales", "client")]
    assert chain.apart("client", ["client", "sales"], backward) == ["sales"]


def test_way_to_the_client() -> None:
    steps = chain.steps_to_client(chain.distances("client", LINE), LINE)
    assert chain.way_to_client("production", "client", steps) == ["production", "logistics", "sales", "client"]
    assert chain.way_to_client("finance", "client", steps) == []
    assert chain.way_to_client("client", "client", steps) == ["client"]


@given(edges)
def test_neighbours_differ_by_one_link_at_most(drawn: list[tuple[int, int]]) -> None:
    far = chain.distances(0, drawn)
    for customer, supplier in drawn:
        if customer in far:
            assert far[supplier] <= far[customer] + 1


@given(edges)
def test_upstream_and_downstream_are_each_others_mirror(drawn: list[tuple[int, int]]) -> None:
    for one in range(9):
        for other in chain.downstream(one, drawn):
            assert one in chain.upstream(other, drawn) or one == other


@given(edges)
def test_each_way_is_as_long_as_the_distance(drawn: list[tuple[int, int]]) -> None:
    far = chain.distances(0, drawn)
    steps = chain.steps_to_client(far, drawn)
    for area, distance in far.items():
        way = chain.way_to_client(area, 0, steps)
        assert len(way) == distance + 1
        assert all((customer, supplier) in drawn for supplier, customer in zip(way, way[1:], strict=False))
