"""Keys of permissions: made of any label, as the service takes them, and none of those taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from kiosk.staff.words.permissions import Named, clean_key, key_of, read, same_label, spelled
from membership.members.plans.schemas import PermissionKey

KEY = TypeAdapter(PermissionKey)


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Pool", "pool"),
        ("Climbing wall", "climbing-wall"),
        ("Gäste & Bäder (groß)", "gaeste-baeder-gross"),
        ("Café Zoë", "cafe-zoe"),
        ("  24/7  ", "24-7"),
        ("area.pool", "area-pool"),
        ("-", "permission-97ddb3f8"),
        ("バー", "permission-13c9b9bf"),
    ],
)
def test_key_of_a_label(label: str, key: str) -> None:
    assert key_of(label) == key


@given(st.text(min_size=1, max_size=300), st.lists(st.text(max_size=4)))
def test_every_key_is_one_that_the_service_takes(label: str, taken: list[str]) -> None:
    key = key_of(label, taken)
    assert KEY.validate_python(key) == key
    assert key not in taken
    other = key_of(label, [*taken, key])
    assert other != key
    assert KEY.validate_python(other) == other


@given(st.text(max_size=300))
def test_a_typed_key_is_one_that_the_service_takes_or_none(typed: str) -> None:
    key = clean_key(typed)
    assert not key or KEY.validate_python(key) == key
    assert clean_key(key) == key


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("area.pool", "area.pool"),
        ("Area . Pool!", "area-pool"),
        ("_gym__floor-", "gym_floor"),
        ("a.-b", "a-b"),
        ("!", ""),
    ],
)
def test_typed_keys(typed: str, key: str) -> None:
    assert clean_key(typed) == key


def test_the_text_of_a_field_is_read_as_it_was_spelled() -> None:
    both = [Named("area.pool", "Big pool"), Named("gym", "Gym")]
    assert read(spelled(both)) == both
    assert read(" area.pool  Pool \n\n gym") == [Named("area.pool", "Pool"), Named("gym", "gym")]


def test_labels_that_look_the_same_are_the_same() -> None:
    assert same_label(" Big  POOL", "big pool")
    assert not same_label("Pool", "Pools")
