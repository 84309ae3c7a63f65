"""Messages: the words of the pages as HTML, with the language marked where it is not the page's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from markupsafe import Markup, escape

from broadsheet.core import PLACEHOLDER, Translations, text_direction

_LIST_ITEM = "\0"
"""A stand-in for an item of a list."""


class Messages:
    """The global `words` of the templates: `{{ words("related_headlines") }}`.

    Results are HTML; values that are not HTML already (`Markup`) are escaped.
    Cost: under 1 µs for a word, a few µs for one with values; an article's page has about 20.
    """

    def __init__(self, wording: Translations) -> None:
        """Use the words of the newspaper's language, for one build."""
        self._wording = wording
        self._direction = text_direction(wording.language)
        self._around = _language_attributes(wording.language, "ltr")
        # Caches that live as long as the build.
        self._find_mark = cache(self._make_mark)
        self._find_word = cache(lambda key, count: self._write(key, count, {}))
        self._split = cache(self._split_text)
        self._find_separators = cache(self._make_separators)

    def __call__(self, key: str, count: int | None = None, /, **values: object) -> Markup:
        """A word for the text of a page, in a `<span>` with its language where that is not the page's."""
        return self._write(key, count, values) if values else self._find_word(key, count)

    def plain(self, key: str, count: int | None = None, /, **values: object) -> Markup:
        """A word for an attribute or a `<title>`, which cannot contain elements."""
        return escape(self._wording.write(key, count, **values))

    def mark(self, key: str) -> Markup:
        """The attributes ` lang="en" dir="ltr"` of a word whose language is not the page's, else ''.

        For elements that cannot contain others, such as `<option>`. `dir` is left out where it is the page's.
        """
        return self._find_mark(key)

    def language(self, key: str) -> str:
        """The tag of a word's language."""
        return self._wording.find(key).language

    def forms(self, key: str) -> Mapping[str, str]:
        """All plural forms of a word by category, for a script that knows the number."""
        return self._wording.find(key).forms

    def tally(self, key: str, count: int) -> Markup:
        """A visible number with a word for screen readers: `12<span> articles</span>`."""
        marks, (first, *rest) = self.mark(key), self._split(self._wording.find(key).choose(count))
        if not rest:
            # The text has no placeholder for the number: its word says the number.
            html = f'<span aria-hidden="true">{count}</span>{_hide(first, marks)}'
        else:
            html = f"{_hide(first, marks)}{count}{_hide(rest[-1], marks)}"
        return Markup(html)  # noqa: S704 - of parts that are escaped

    def gap(self, place: int, total: int) -> Markup:
        """The text before item `place` (from 0) of a list of `total` items: `, ` or ` and `; at `total`, its end."""
        return self._find_separators(total)[place]

    @property
    def locale(self) -> str:
        """The tag of the locale whose rules join names to a list."""
        return self._wording.list_locale

    def _make_mark(self, key: str) -> Markup:
        language = self.language(key)
        return Markup("") if language == self._wording.language else _language_attributes(language, self._direction)

    def _make_separators(self, total: int) -> list[Markup]:
        return [escape(separator) for separator in self._wording.join([_LIST_ITEM] * total).split(_LIST_ITEM)]

    def _write(self, key: str, count: int | None, values: Mapping[str, object]) -> Markup:
        marks, given = self.mark(key), {"count": count, **values}
        pieces = self._split(self._wording.find(key).choose(count))
        text = "".join(self._give(given[piece], marks) if index % 2 else piece for index, piece in enumerate(pieces))
        return Markup(f"<span{marks}>{text}</span>" if marks else text)  # noqa: S704 - of parts that are escaped

    def _split_text(self, text: str) -> list[str]:
        """A text as HTML, split at its placeholders: every second piece is the name of a placeholder."""
        pieces = PLACEHOLDER.split(text)
        return [piece if index % 2 else str(escape(piece)) for index, piece in enumerate(pieces)]

    def _give(self, value: object, marks: Markup) -> str:
        """A value as HTML; in a text of another language, in a `<span>` with the page's language."""
        text = escape(value)
        return f"<span{self._around}>{text}</span>" if marks and not isinstance(value, int) else text


def _language_attributes(language: str, around: str) -> Markup:
    """The attribute `lang`, and `dir` where the direction differs from the surrounding one."""
    direction = text_direction(language)
    side = Markup("") if direction == around else Markup(' dir="{}"').format(direction)
    return Markup(' lang="{}"{}').format(language, side)


def _hide(text: str, marks: Markup) -> str:
    return f'<span class="bs-unseen"{marks}>{text}</span>' if text else ""
