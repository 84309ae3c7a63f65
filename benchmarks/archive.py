"""Archive: a real archive grown to any size, its copies made distinct in headline, date and part of their words.

Copy 0 is the archive itself. In a later copy a third of the words that are not among the commonest are
exchanged for made-up ones. How many different made-up words there are for one word grows with the number of
copies to the power of 0.6, as vocabularies do (Heaps: Information Retrieval, 1978, §7.5), so that a copy shares
most, but not all, of its rare words with others of its time.

usage: python benchmarks/archive.py CONTENT_DIR TARGET_DIR COUNT
"""

from __future__ import annotations

import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from hashlib import blake2b
from itertools import islice
from pathlib import Path

_WORD = re.compile(r"(?<![\w/.@:#&-])[A-Za-z]{4,}(?![\w/@:;-])")
_DATE = re.compile(r"^date: (\d{4}-\d{2}-\d{2}).*$", re.MULTILINE)
_TITLE = re.compile(r"^(title: *['\"]?)(.*)$", re.MULTILINE)
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprst" for vowel in "aeio"][:32]
_COMMON = 1500
_SHARE = 0.35


def _hash(*parts: object) -> int:
    return int.from_bytes(blake2b("\0".join(map(str, parts)).encode(), digest_size=8).digest(), "big")


@cache
def _invent(word: str, variant: int) -> str:
    number = _hash(word, variant)
    made = "".join(_SYLLABLES[(number >> (5 * place)) % len(_SYLLABLES)] for place in range(max(2, len(word) // 2)))
    return made.capitalize() if word[0].isupper() else made


def find_content(corpus: Path) -> Path:
    """The content directory that a path means: itself, or the one inside it."""
    return corpus if (corpus / "articles").is_dir() else corpus / "content"


class Archive:
    """A corpus with the means to grow it."""

    def __init__(self, content: Path) -> None:
        """Read the articles below `content`."""
        self.content = content
        paths = sorted((content / "articles").rglob("*.md"))
        self.texts = {path.relative_to(content).as_posix(): path.read_text(encoding="utf-8") for path in paths}
        counts = Counter(word.lower() for text in self.texts.values() for word in set(_WORD.findall(text)))
        self.common = {word for word, _ in counts.most_common(_COMMON)}

    def grow(self) -> Iterator[tuple[str, str]]:
        """Articles without end: path relative to content/, and text."""
        copy = 0
        while True:
            for path, text in self.texts.items():
                yield (path, text) if copy == 0 else self._vary(path, text, copy)
            copy += 1

    def _vary(self, path: str, text: str, copy: int) -> tuple[str, str]:
        variants = max(1, round(copy**0.6))

        def exchange(match: re.Match[str]) -> str:
            word = match.group()
            if word.lower() in self.common or _hash(word.lower(), copy, "share") % 1000 >= _SHARE * 1000:
                return word
            return _invent(word, _hash(word.lower(), copy) % variants)

        head, fence, body = text[3:].partition("\n---")
        head = re.sub(r"(?<=^summary: ).*$", lambda match: _WORD.sub(exchange, match.group()), head, flags=re.MULTILINE)
        head = _TITLE.sub(lambda match: f"{match[1]}{_WORD.sub(exchange, match[2])}", head)
        shift = timedelta(days=_hash(path, copy) % 700 - 350)
        dated = _DATE.search(head)
        day = date.fromisoformat(dated[1]) + shift if dated else date(2020, 1, 1)
        head = _DATE.sub(f"date: {day}", head)
        name = path.rsplit("/", 1)[1].removesuffix(".md")
        return (
            f"articles/{day:%Y/%m}/{copy}-{_hash(path) % 0xFFFF:04x}-{name}.md",
            f"---{head}{fence}{_WORD.sub(exchange, body)}",
        )

    def write(self, target: Path, count: int) -> None:
        """Write a content directory with that many articles and the corpus's registers."""
        for path, text in islice(self.grow(), count):
            file = target / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        for register in self.content.glob("*.yml"):
            shutil.copy(register, target / register.name)


if __name__ == "__main__":
    Archive(Path(sys.argv[1])).write(Path(sys.argv[2]), int(sys.argv[3]))
