"""Related documents: made-up documents with the structure of a newspaper's, for the tests of related headlines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any

from broadsheet.related import Document
from hypothesis import strategies as st

START = datetime(2024, 1, 1, 9, tzinfo=UTC)
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprst" for vowel in "aeiou"]
_COMMON = 1_500


def make_day(number: float) -> datetime:
    """So many days after the archive's beginning."""
    return START + timedelta(days=number)


def make_document(name: str, headline: str = "", body: str = "", day: float = 0, **fields: Any) -> Document:
    """A document whose URL follows from its id."""
    fields.setdefault("url", f"{name}/")
    return Document(name, headline, body=body, published=make_day(day), **fields)


def _invent(random: Random, count: int, taken: set[str]) -> list[str]:
    words: list[str] = []
    while len(words) < count:
        word = "".join(random.choices(_SYLLABLES, k=random.randint(2, 4)))
        if word not in taken:
            taken.add(word)
            words.append(word)
    return words


class _Writer:
    """Writes articles of a world that a seed decides: subjects, each with names and events that take a few days.

    Words of the language follow Zipf's law, those of a subject and of an event are its own.
    """

    def __init__(self, seed: int, subjects: int = 12) -> None:
        self.random = Random(seed)  # noqa: S311 - a seed makes the same world again
        taken: set[str] = set()
        self.common = _invent(self.random, _COMMON, taken)
        self.weights = list(accumulate(1 / rank for rank in range(1, _COMMON + 1)))
        self.subjects = []
        for number in range(subjects):
            names = [word.capitalize() for word in _invent(self.random, 8, taken)]
            pairs = [f"{first} {two}" for first, two in zip(names[::2], names[1::2], strict=True)]
            events = [_invent(self.random, 12, taken) for _ in range(8)]
            self.subjects.append((f"subject-{number}", pairs, _invent(self.random, 40, taken), events))

    def write(self, number: int) -> Document:
        """The article of that number, in a random order of time."""
        name, pairs, words, events = self.random.choice(self.subjects)
        event = self.random.randrange(len(events))
        own = events[event]
        sentences = [self._write_sentence(pairs, words, own) for _ in range(self.random.randint(6, 14))]
        headline = " ".join([self.random.choice(pairs), *self.random.sample(own, 2), self.random.choice(words)])
        return make_document(
            f"articles/{number:04}.md",
            headline,
            "\n\n".join(sentences),
            day=event * 90 + self.random.randrange(25),
            dek=self._write_sentence(pairs, words, own) if self.random.random() < 0.8 else "",
            topics=tuple({name, self.random.choice(self.subjects)[0]} if self.random.random() < 0.3 else {name}),
            story=f"{name}-{event}" if event < 2 and self.random.random() < 0.5 else "",
        )

    def _write_sentence(self, pairs: Sequence[str], words: Sequence[str], own: Sequence[str]) -> str:
        chosen = self.random.choices(self.common, cum_weights=self.weights, k=self.random.randint(6, 12))
        for source, chance in ((pairs, 0.4), (words, 0.9), (words, 0.6), (own, 0.5)):
            if self.random.random() < chance:
                chosen.insert(self.random.randrange(len(chosen)), self.random.choice(source))
        text = " ".join(chosen)
        return f"{text[0].upper()}{text[1:]}."


@cache
def make_archive(count: int, seed: int = 1) -> tuple[Document, ...]:
    """An archive of that many articles, some of which link to one another."""
    writer = _Writer(seed)
    documents = [writer.write(number) for number in range(count)]
    random = Random(seed)  # noqa: S311 - as above
    linked = []
    for document in documents:
        alike = [
            candidate.id
            for candidate in documents
            if set(candidate.topics) & set(document.topics) and candidate is not document
        ]
        chosen = random.sample(alike, min(len(alike), random.choice((0, 0, 1, 2))))
        linked.append(replace(document, links=tuple(sorted(chosen))))
    return tuple(linked)


# Archives for Hypothesis: few words, few days and much of what editors can say, so that all of it meets.

_WORDS = (
    "accord",
    "budget",
    "chips",
    "ferry",
    "the",
    "of",
    "Geneva",
    "NATO",
    "Ryabkov",
    "March",
    "2026",
    "東京都",
    "été",
)
_NAMES = tuple(f"articles/{name}.md" for name in "abcdefghijkl")
_LANGUAGES = ("en", "en", "en", "en-GB", "fr")


@st.composite
def documents(draw: st.DrawFn, most: int = 9, choices: bool = True) -> list[Document]:
    """An archive of a few documents; with `choices` editors pin, exclude, link and switch off."""
    names = _NAMES[: draw(st.integers(0, most))]
    texts = st.lists(st.sampled_from(_WORDS), max_size=7).map(" ".join)
    some = (
        st.lists(st.sampled_from((*_NAMES, "gone.md")), unique=True, max_size=3).map(tuple) if choices else st.just(())
    )
    archive = []
    for name in draw(st.permutations(names)):
        archive.append(
            make_document(
                name,
                draw(texts),
                draw(st.lists(texts, max_size=3).map(". ".join)),
                draw(st.sampled_from((0, 0, 1, 40, 400))),
                # Of the same moment and address: then the id decides.
                url=draw(st.sampled_from((f"{name}/", "same/"))),
                dek=draw(texts),
                topics=draw(st.sampled_from(((), ("world",), ("world", "europe"), ("asia",)))),
                story=draw(st.sampled_from(("", "", "talks", "vote"))),
                language=draw(st.sampled_from(_LANGUAGES)),
                links=draw(some),
                pins=draw(some),
                never=draw(some),
                shown=draw(some),
                off=draw(st.integers(0, 9)) == 0 if choices else False,
            )
        )
    return archive


def reorder(random: Random) -> Callable[[Sequence[Document]], list[Document]]:
    """What shuffles archives."""
    return lambda given: random.sample(list(given), len(given))
