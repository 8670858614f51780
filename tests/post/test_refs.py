from post.refs import ALPHABET, LENGTH, new_ref


def test_a_ref_is_twelve_characters_that_cannot_be_confused() -> None:
    refs = {new_ref() for _ in range(2000)}

    assert len(refs) == 2000
    assert {len(ref) for ref in refs} == {12}
    assert set("".join(refs)) == set(ALPHABET)
    assert not set("0o1liO") & set(ALPHABET)
    assert LENGTH == 12
