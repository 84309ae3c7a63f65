"""Tidying: what Pagefind has written, without what nobody needs, in smaller pieces, the same for the same records."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import cast

from broadsheet.cbor import Value, read_cbor, write_cbor
from broadsheet.chunking import cut_words

_MARK = b"pagefind_dcd"
_NEEDED = re.compile(r"pagefind\.js|pagefind-entry\.json|wasm\..+\.pagefind|.+\.pf_meta|fragment|index|filter")
_Names = list[list[str]]


def tidy_index(index: Path) -> None:
    """Remove the ready-made search forms, cut the words anew, and give lists in a chance order one of their own.

    It keeps the values of filters in hash tables whose order differs from run to run, and names files after what is
    in them. Should a later Pagefind write its lists otherwise, they are left as they are.
    """
    for path in index.iterdir():
        if not _NEEDED.fullmatch(path.name):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    entry = index / "pagefind-entry.json"
    told = json.loads(entry.read_text(encoding="utf-8"))
    for language in told["languages"].values():
        language["hash"] = _tidy_language(index, language["hash"])
    entry.write_text(json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")), encoding="utf-8")


def _tidy_language(index: Path, name: str) -> str:
    """Tidy the lists of one language; the new name of its list of lists."""
    meta = index / f"pagefind.{name}.pf_meta"
    try:
        lists = _read(meta)
        # Version, pages, chunks of words, filters, orders, fields.
        old_chunks = [index / "index" / f"{one[2]}.pf_index" for one in cast("_Names", lists[2])]
        chunks = cut_words(_unpack(path) for path in old_chunks)
        filters = cast("_Names", lists[3])
        contents = {old: _read(index / "filter" / f"{old}.pf_filter") for _, old in filters}
        for content in contents.values():
            cast("list[list[Value]]", content[1]).sort(key=lambda value: cast("str", value[0]))
        filters.sort()
        lists[4] = sorted(cast("list[Value]", lists[4]), key=lambda order: cast("list[str]", order)[0])
    except (ValueError, IndexError, TypeError, OSError):
        return name
    for path in old_chunks:
        path.unlink()
    lists[2] = [[chunk.first, chunk.last, _name(name, chunk.data, 7)] for chunk in chunks]
    for chunk in chunks:
        _write(index / "index" / f"{_name(name, chunk.data, 7)}.pf_index", chunk.data)
    for one in filters:
        old, data = index / "filter" / f"{one[1]}.pf_filter", write_cbor(contents[one[1]])
        old.unlink()
        one[1] = _name(name, data, 7)
        _write(index / "filter" / f"{one[1]}.pf_filter", data)
    data = write_cbor(lists)
    meta.unlink()
    _write(index / f"pagefind.{_name(name, data, 10)}.pf_meta", data)
    return _name(name, data, 10)


def _read(path: Path) -> list[Value]:
    data = _unpack(path)
    value = read_cbor(data)
    if not isinstance(value, list) or write_cbor(value) != data:
        raise ValueError(f"{path.name} is not written as expected")
    return value


def _unpack(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()).removeprefix(_MARK)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(gzip.compress(_MARK + data, mtime=0))


def _name(like: str, data: bytes, length: int) -> str:
    return f"{like.rpartition('_')[0]}_{hashlib.sha256(data).hexdigest()[:length]}"
