"""Withholding: what the file of a faulty article says of hiding the article from readers.

A faulty article can stay as it was last, but not when its file hides it meanwhile. So a key that hides an article
counts although the rest of the file cannot be read, and in doubt the article is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from broadsheet.content.article_file import parse_article
from broadsheet.content.misplaced_keys import WITHHOLDING_KEYS, is_withholding_line
from broadsheet.core import parse_moment

_FENCE = re.compile(r"^(?:-{3,}|\+{3,})[ \t\r]*$", re.MULTILINE)
_KEY = re.compile(
    r"""(?:^|[{,])[\s\ufeff\u200b\xa0"'-]*(?P<key>draft|embargo|expires|date)["']?[ \t]*[:=](?P<value>[^\r\n,}]*)""",
    re.IGNORECASE | re.MULTILINE,
)
"""A key at the beginning of a line or in braces, in YAML or TOML, however the lines around it are broken."""
_PUBLIC_FLAGS = {"false", "no", "off"}


@dataclass(frozen=True, slots=True)
class Withholding:
    """When an article is hidden: the fields of the same names of `Article`."""

    draft: bool = False
    embargo: datetime | None = None
    """The later of the article's embargo and its date."""
    expires: datetime | None = None


def read_withholding(data: bytes, path: str, label: str, zone: tzinfo) -> Withholding:
    """Return when a faulty article is hidden, as far as its file tells; a draft where a key cannot be understood.

    Args:
        data: the bytes of the file.
        path: the file, relative to the content directory; `label` names it in problems.
        zone: the zone of dates without a zone.

    """
    article, problems = parse_article(data, path, label, zone)
    if article is None:
        return _search_text(data.replace(b"\0", b"").decode("utf-8", "replace"), zone)
    suggestions = {f"did you mean '{key}'?" for key in WITHHOLDING_KEYS}
    in_doubt = any(
        problem.severity == "error" and (problem.key in WITHHOLDING_KEYS or problem.hint in suggestions)
        for problem in problems
    )
    embargo = find_latest([article.date.at, article.embargo])
    return Withholding(article.draft or in_doubt, embargo, article.expires)


def find_latest(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the latest of some moments; None where there is none."""
    return max((moment for moment in moments if moment is not None), key=_to_utc, default=None)


def find_earliest(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the earliest of some moments; None where there is none."""
    return min((moment for moment in moments if moment is not None), key=_to_utc, default=None)


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _search_text(text: str, zone: tzinfo) -> Withholding:
    """Search a file whose front matter cannot be read; without its end the whole file can be front matter."""
    fences = [match.end() for match in _FENCE.finditer(text)]
    end = fences[1] if len(fences) > 1 else len(text)
    found = list(_read_keys(text[:end], zone))
    return Withholding(
        draft=any(entry.draft for entry in found) or any(map(is_withholding_line, text[end:].split("\n"))),
        embargo=find_latest(entry.embargo for entry in found),
        expires=find_earliest(entry.expires for entry in found),
    )


def _read_keys(front: str, zone: tzinfo) -> Iterator[Withholding]:
    for match in _KEY.finditer(front):
        key, value = match["key"].lower(), match["value"].partition(" #")[0].strip().strip("\"'").strip()
        if key == "draft":
            yield Withholding(draft=value.lower() not in _PUBLIC_FLAGS)
            continue
        try:
            moment = parse_moment(value, zone)
        except ValueError:
            # A date that cannot be read hides no article.
            yield Withholding(draft=key != "date")
            continue
        yield Withholding(expires=moment.end) if key == "expires" else Withholding(embargo=moment.at)
