"""CBOR: what is written is read again, and what is not understood is refused."""

from __future__ import annotations

import pytest
from broadsheet.cbor import Value, read_cbor, write_cbor
from hypothesis import given
from hypothesis import strategies as st

VALUES: st.SearchStrategy[Value] = st.recursive(
    st.integers(0, 2**64 - 1) | st.text(), lambda inner: st.lists(inner, max_size=30)
)


@given(VALUES)
def test_what_is_written_is_read_again(value: Value) -> None:
    assert read_cbor(write_cbor(value)) == value


@pytest.mark.parametrize(
    ("number", "data"),
    [
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (255, "18ff"),
        (256, "190100"),
        (65_536, "1a00010000"),
        (2**32, "1b0000000100000000"),
    ],
)
def test_numbers_are_as_short_as_they_can_be(number: int, data: str) -> None:
    assert write_cbor(number).hex() == data


@pytest.mark.parametrize("data", ["", "18", "63616a", "82", "8201", "20", "a0", "f4", "0000", "1f", "9f", "61ff", "78"])
def test_all_else_is_refused(data: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_cbor(bytes.fromhex(data))
