"""Corpora: read a directory of articles, and grow it to any number of articles by altered copies.

Copy 0 is the corpus itself. A later copy has other dates, and 35 % of its words that are not among the 1,500 most
common ones are replaced by invented words. The number of invented words per real word grows with the number of
copies to the power of 0.6, as vocabularies do (Heaps: Information Retrieval, 1978, section 7.5). So a copy shares
most, but not all, of its rare words with other copies.

usage: python -m benchmarks.corpus CONTENT_DIR TARGET_DIR COUNT
"""

from __future__ import annotations

import html
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from itertools import islice
from pathlib import Path

import yaml
from broadsheet.related import Document

COMMON_WORDS = 1500
REPLACED_SHARE = 0.35
MAX_SHIFT_DAYS = 350

_WORD = re.compile(r"(?<![\w/.@:#&-])[A-Za-z]{4,}(?![\w/@:;-])")
_DATE = re.compile(r"^date: (\d{4}-\d{2}-\d{2}).*$", re.MULTILINE)
_TITLE = re.compile(r"^(title: *['\"]?)(.*)$", re.MULTILINE)
_SUMMARY = re.compile(r"(?<=^summary: ).*$", re.MULTILINE)
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprst" for vowel in "aeio"][:32]
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)---[ \t]*\n(.*)", re.DOTALL)
_SHORTCODE = re.compile(r"\{\{(?=[<%])")
# Reads every value as a string; ten times as fast in C.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Article:
    """An article with its front matter read, so that it can be written for any tool."""

    path: str
    """Relative to the content directory."""
    text: str
    """The whole file."""
    title: str
    date: datetime
    summary: str
    topics: tuple[str, ...]
    authors: tuple[str, ...]
    body: str

    def to_document(self) -> Document:
        """The article as the ranking takes it."""
        return Document(
            self.path,
            self.title,
            self.summary,
            self.body,
            published=self.date.astimezone(UTC),
            url=self.path,
            topics=self.topics,
        )


def read_article(path: str, text: str) -> Article | None:
    """Read an article; None when it lacks a valid title, date or topic.

    Separates the braces of `{{<` and `{{%` for every tool, because Hugo would run them as shortcodes.
    """
    text = _SHORTCODE.sub("{ {", text)
    match = _FRONT_MATTER.match(text)
    if match is None:
        return None
    try:
        front = yaml.load(match[1], _LOADER)  # noqa: S506 - constructs only strings
        published = datetime.fromisoformat(front["date"])
        title, topics = " ".join(html.unescape(front["title"]).split()), _read_list(front["topics"])
    except (yaml.YAMLError, KeyError, TypeError, ValueError):
        return None
    if not title or not topics:
        return None
    summary = " ".join(html.unescape(str(front.get("summary", ""))).split())
    published = published if published.tzinfo else published.replace(tzinfo=UTC)
    return Article(path, text, title, published, summary, topics, _read_list(front.get("authors", [])), match[2])


def _read_list(value: str | list[str]) -> tuple[str, ...]:
    return tuple(map(str, [value] if isinstance(value, str) else value))


class Corpus:
    """A content directory whose articles can be multiplied."""

    def __init__(self, directory: Path) -> None:
        """Read the articles of a content directory, or of the directory `content` in it.

        Raises:
            SystemExit: when there are no articles.

        """
        self.content = directory if (directory / "articles").is_dir() else directory / "content"
        paths = sorted((self.content / "articles").rglob("*.md"))
        if not paths:
            sys.exit(f"'{directory}' has no articles: expected Markdown files in '{self.content / 'articles'}'")
        self.texts = {path.relative_to(self.content).as_posix(): path.read_text(encoding="utf-8") for path in paths}
        counts = Counter(word.lower() for text in self.texts.values() for word in set(_WORD.findall(text)))
        self._common = {word for word, _ in counts.most_common(COMMON_WORDS)}

    def read_articles(self, count: int) -> Iterator[Article]:
        """The first `count` articles of the grown corpus, without those that cannot be read."""
        articles = (read_article(path, text) for path, text in islice(self._grow(), count))
        return (article for article in articles if article is not None)

    def write(self, target: Path, count: int) -> None:
        """Write a content directory with `count` articles and the YAML files of the corpus."""
        for path, text in islice(self._grow(), count):
            write_file(target / path, text)
        self.copy_registers(target)

    def copy_registers(self, target: Path) -> None:
        """Copy the YAML files beside the articles: topics, authors, stories."""
        for register in self.content.glob("*.yml"):
            shutil.copy(register, target / register.name)

    def _grow(self) -> Iterator[tuple[str, str]]:
        """Paths and texts without end."""
        yield from self.texts.items()
        copy = 0
        while True:
            copy += 1
            yield from (self._vary(path, text, copy) for path, text in self.texts.items())

    def _vary(self, path: str, text: str, copy: int) -> tuple[str, str]:
        variants = max(1, round(copy**0.6))

        def replace(match: re.Match[str]) -> str:
            word = match.group()
            if word.lower() in self._common or _hash(word.lower(), copy, "share") % 1000 >= REPLACED_SHARE * 1000:
                return word
            return _invent(word, _hash(word.lower(), copy) % variants)

        head, fence, body = text[3:].partition("\n---")
        head = _SUMMARY.sub(lambda match: _WORD.sub(replace, match.group()), head)
        head = _TITLE.sub(lambda match: f"{match[1]}{_WORD.sub(replace, match[2])}", head)
        shift = timedelta(days=_hash(path, copy) % (2 * MAX_SHIFT_DAYS) - MAX_SHIFT_DAYS)
        dated = _DATE.search(head)
        day = date.fromisoformat(dated[1]) + shift if dated else date(2020, 1, 1)
        head = _DATE.sub(f"date: {day}", head)
        name = path.rsplit("/", 1)[1].removesuffix(".md")
        return (
            f"articles/{day:%Y/%m}/{copy}-{_hash(path) % 0xFFFF:04x}-{name}.md",
            f"---{head}{fence}{_WORD.sub(replace, body)}",
        )


def write_file(file: Path, text: str) -> None:
    """Write a file and the directories above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _hash(*parts: object) -> int:
    return int.from_bytes(blake2b("\0".join(map(str, parts)).encode(), digest_size=8).digest(), "big")


@cache
def _invent(word: str, variant: int) -> str:
    number = _hash(word, variant)
    made = "".join(_SYLLABLES[(number >> (5 * place)) % len(_SYLLABLES)] for place in range(max(2, len(word) // 2)))
    return made.capitalize() if word[0].isupper() else made


if __name__ == "__main__":
    Corpus(Path(sys.argv[1])).write(Path(sys.argv[2]), int(sys.argv[3]))
