"""Packing: what the engine has worked out as bytes, and back again without trusting them."""

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

_CHECK = 16
_PLAIN: dict[tuple[str, str], type] = {
    ("datetime", one.__name__): one for one in (date, datetime, time, timedelta, timezone)
}
_PLAIN["zoneinfo", "ZoneInfo"] = ZoneInfo
_ENGINE = __name__.partition(".")[0]


class UnpackingError(Exception):
    """The bytes are not what `pack` made, or not any more."""


class _Reader(pickle.Unpickler):
    """Makes the engine's own frozen data and plain values, and calls nothing else.

    Python's documentation of `pickle`, "Restricting Globals": what a stranger put into a cache must not run.
    """

    def find_class(self, module: str, name: str) -> object:
        return _find_class(module, name)


@cache
def _find_class(module: str, name: str) -> type:
    if (module, name) in _PLAIN:
        return _PLAIN[module, name]
    if module.partition(".")[0] == _ENGINE and name.isidentifier():
        found = getattr(importlib.import_module(module), name, None)
        # Of a class without these two a stranger could set the attributes, with the code that builds instances.
        if isinstance(found, type) and is_dataclass(found) and {"__slots__", "__setstate__"} <= vars(found).keys():
            _quicken(found)
            return found
    raise UnpackingError(f"{module}.{name}")


def _quicken(kind: type) -> None:
    """Have a class of frozen data fill its instances by its slots: Python's own way lists the fields for each anew.

    An archive of 10,000 articles is half a million instances.
    """
    if getattr(kind, "__setstate__").__module__ != dataclass.__module__:  # noqa: B009 - mypy knows no such attribute
        return
    fill = tuple(getattr(kind, one.name).__set__ for one in fields(kind))

    def restore(self: object, state: Sequence[object]) -> None:
        for put, value in zip(fill, state, strict=True):
            put(self, value)

    setattr(kind, "__setstate__", restore)  # noqa: B010


def digest(*parts: bytes) -> bytes:
    """A number of 128 bits for some bytes, in which their boundaries count."""
    found = hashlib.blake2b(digest_size=_CHECK)
    for part in parts:
        found.update(len(part).to_bytes(8, "little"))
        found.update(part)
    return found.digest()


def pack(value: object) -> bytes:
    """Plain values and frozen data as bytes, with a check sum in front."""
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, protocol=5)
    # By itself a zone is packed as a call of `getattr`, which a reader cannot allow.
    pickler.dispatch_table = copyreg.dispatch_table | {ZoneInfo: lambda zone: (ZoneInfo, (zone.key,))}
    pickler.dump(value)
    data = stream.getvalue()
    return digest(data) + data


def unpack(data: bytes) -> object:
    """What `pack` has packed.

    Raises:
        UnpackingError: when it is cut off, altered, or made of anything that `pack` is not for.

    """
    if len(data) < _CHECK or digest(data[_CHECK:]) != data[:_CHECK]:
        raise UnpackingError("the check sum is wrong")
    try:
        return _Reader(io.BytesIO(data[_CHECK:])).load()
    except UnpackingError:
        raise
    except Exception as error:
        raise UnpackingError(f"{type(error).__name__}: {error}") from None
