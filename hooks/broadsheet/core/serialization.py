"""Serialization: the engine's frozen data as bytes, and back again without trusting the bytes."""

from __future__ import annotations

import copyreg
import hashlib
import importlib
import io
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

_DIGEST_BYTES = 16
_ALLOWED_CLASSES: dict[tuple[str, str], type] = {
    ("datetime", kind.__name__): kind for kind in (date, datetime, time, timedelta, timezone)
}
_ALLOWED_CLASSES["zoneinfo", "ZoneInfo"] = ZoneInfo
_ENGINE = __name__.partition(".")[0]


class UnpackingError(Exception):
    """The bytes do not come from `pack`, or were altered since."""


class _SafeUnpickler(pickle.Unpickler):
    """Creates plain values and the engine's own frozen dataclasses, and calls nothing else.

    See "Restricting Globals" in Python's documentation of `pickle`: code that a stranger put into a cache must not run.
    """

    def find_class(self, module: str, name: str) -> object:
        return _find_class(module, name)


@cache
def _find_class(module: str, name: str) -> type:
    if (module, name) in _ALLOWED_CLASSES:
        return _ALLOWED_CLASSES[module, name]
    if module.partition(".")[0] == _ENGINE and name.isidentifier():
        kind = getattr(importlib.import_module(module), name, None)
        # Not what the module imports from elsewhere. Without these two methods, pickle would set any attribute of the
        # class that the bytes name.
        if (
            isinstance(kind, type)
            and kind.__module__ == module
            and is_dataclass(kind)
            and {"__slots__", "__setstate__"} <= vars(kind).keys()
        ):
            _speed_up_setstate(kind)
            return kind
    raise UnpackingError(f"{module}.{name}")


def _speed_up_setstate(kind: type) -> None:
    """Give a frozen dataclass a faster `__setstate__`: Python's own looks up the fields for every instance.

    An archive of 10,000 articles has half a million instances.
    """
    if getattr(kind, "__setstate__").__module__ != dataclass.__module__:  # noqa: B009 - mypy knows no such attribute
        return
    fill = tuple(getattr(kind, field.name).__set__ for field in fields(kind))

    def restore(self: object, state: Sequence[object]) -> None:
        for put, value in zip(fill, state, strict=True):
            put(self, value)

    setattr(kind, "__setstate__", restore)  # noqa: B010


def digest(*parts: bytes) -> bytes:
    """A digest of 128 bits (BLAKE2b) of byte strings; it also depends on where each string ends."""
    state = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for part in parts:
        state.update(len(part).to_bytes(8, "little"))
        state.update(part)
    return state.digest()


def pack(value: object) -> bytes:
    """Plain values and frozen dataclasses as bytes that begin with a digest of the rest."""
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, protocol=5)
    # By default pickle stores a zone as a call of `getattr`, which `unpack` does not allow.
    pickler.dispatch_table = copyreg.dispatch_table | {ZoneInfo: lambda zone: (ZoneInfo, (zone.key,))}
    pickler.dump(value)
    data = stream.getvalue()
    return digest(data) + data


def unpack(data: bytes) -> object:
    """The value that `pack` made bytes of.

    Raises:
        UnpackingError: when the bytes are cut off, altered, or name a class that is not allowed.

    """
    if len(data) < _DIGEST_BYTES or digest(data[_DIGEST_BYTES:]) != data[:_DIGEST_BYTES]:
        raise UnpackingError("the digest is wrong")
    try:
        return _SafeUnpickler(io.BytesIO(data[_DIGEST_BYTES:])).load()
    except UnpackingError:
        raise
    except Exception as error:
        raise UnpackingError(f"{type(error).__name__}: {error}") from None
