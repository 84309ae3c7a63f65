"""CBOR: the few kinds of values that Pagefind's lists are written in, read and written."""

from __future__ import annotations

Value = int | str | list["Value"]
_UNSIGNED, _TEXT, _ARRAY = 0, 3, 4
_LENGTHS = {24: 1, 25: 2, 26: 4, 27: 8}
_SMALL = [bytes([number]) for number in range(256)]


def read_cbor(data: bytes) -> Value:
    """The value that some bytes stand for: whole numbers from 0, texts and arrays of these.

    >>> read_cbor(bytes.fromhex("82 63 616263 19 0100"))
    ['abc', 256]

    Raises:
        ValueError: for anything else.

    """
    try:
        value, end = _read(data, 0)
    except IndexError:
        raise ValueError("the bytes end too early") from None
    if end != len(data):
        raise ValueError("there are bytes behind the value")
    return value


def write_cbor(value: Value) -> bytes:
    """The shortest bytes for a value.

    >>> write_cbor(["abc", 256]).hex()
    '8263616263190100'
    """
    if isinstance(value, int):
        return _head(_UNSIGNED, value)
    if isinstance(value, str):
        data = value.encode()
        return _head(_TEXT, len(data)) + data
    return _head(_ARRAY, len(value)) + b"".join(write_cbor(one) for one in value)


def open_array(length: int) -> bytes:
    """What an array of so many values begins with."""
    return _head(_ARRAY, length)


def _read(data: bytes, place: int) -> tuple[Value, int]:
    kind, number = divmod(data[place], 32)
    place += 1
    if number in _LENGTHS:
        end = place + _LENGTHS[number]
        number, place = int.from_bytes(data[place:end], "big"), end
    elif number > 27:
        raise ValueError(f"unknown length {number}")
    if kind == _UNSIGNED:
        return number, place
    if kind == _TEXT:
        if place + number > len(data):
            raise ValueError("the bytes end within a text")
        return data[place : place + number].decode(), place + number
    if kind != _ARRAY:
        raise ValueError(f"unknown kind {kind}")
    values: list[Value] = []
    for _ in range(number):
        value, place = _read(data, place)
        values.append(value)
    return values, place


def _head(kind: int, number: int) -> bytes:
    # Hundreds of thousands of an archive's, most of them small.
    if number < 24:
        return _SMALL[kind * 32 + number]
    if number < 256:
        return bytes((kind * 32 + 24, number))
    mark, length = next((mark, length) for mark, length in _LENGTHS.items() if number < 256**length)
    return bytes([kind * 32 + mark]) + number.to_bytes(length, "big")
