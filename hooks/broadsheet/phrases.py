"""Phrases: the words of the pages as HTML, those marked that are not in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup, escape

from broadsheet.wording import PLACE, Wording, find_direction

_NAME = "\0"
"""Stands for a name."""


class Phrases:
    """What templates call `words`: `{{ words("related_headlines") }}`.

    All that it gives is escaped, and so are the values that it is given, but for those that are HTML already.
    Cost: under a microsecond a word, and a few one with values; an article's page has about 20.
    """

    def __init__(self, wording: Wording) -> None:
        """Take the words of the newspaper's language, for one build."""
        self._wording = wording
        self._direction = find_direction(wording.language)
        self._around = _tell(wording.language, "ltr")
        self._marks: dict[str, Markup] = {}
        self._kept: dict[tuple[str, int | None], Markup] = {}
        self._pieces: dict[str, list[str]] = {}
        self._gaps: dict[int, list[Markup]] = {}

    def __call__(self, key: str, count: int | None = None, /, **values: object) -> Markup:
        """A word for the text of a page: in an element that tells its language where that is not the page's."""
        if values:
            return self._write(key, count, values)
        found = self._kept.get((key, count))
        if found is None:
            found = self._kept[key, count] = self._write(key, count, values)
        return found

    def plain(self, key: str, count: int | None = None, /, **values: object) -> Markup:
        """A word for an attribute or a title, which can have no elements."""
        return escape(self._wording.write(key, count, **values))

    def mark(self, key: str) -> Markup:
        """The attributes that tell the language of a word where that is not the page's: ` lang="en" dir="ltr"`.

        For elements that can hold no other, such as `<option>`. The direction is told where it is not the page's.
        """
        found = self._marks.get(key)
        if found is None:
            language = self.language(key)
            same = language == self._wording.language
            found = self._marks[key] = Markup("") if same else _tell(language, self._direction)
        return found

    def language(self, key: str) -> str:
        """The tag of the language that a word is in."""
        return self._wording.find(key).language

    def forms(self, key: str) -> Mapping[str, str]:
        """All forms of a word by category, for a script that has the number."""
        return self._wording.find(key).forms

    def tally(self, key: str, count: int) -> Markup:
        """A number that is seen, with a word that only those hear who listen: `12<span> articles</span>`."""
        marks, (first, *rest) = self.mark(key), self._split(self._wording.find(key).choose(count))
        if not rest:
            # The word says the number itself.
            html = f'<span aria-hidden="true">{count}</span>{_hide(first, marks)}'
        else:
            html = f"{_hide(first, marks)}{count}{_hide(rest[-1], marks)}"
        return Markup(html)  # noqa: S704 - of parts that are escaped

    def gap(self, place: int, total: int) -> Markup:
        """What stands before one of so many names in a list, from 0: `, `, ` and `. At `total`, what ends the list."""
        if total not in self._gaps:
            self._gaps[total] = [escape(one) for one in self._wording.join([_NAME] * total).split(_NAME)]
        return self._gaps[total][place]

    @property
    def locale(self) -> str:
        """The tag of the locale by whose rules names are listed."""
        return self._wording.list_locale

    def _write(self, key: str, count: int | None, values: Mapping[str, object]) -> Markup:
        marks, given = self.mark(key), {"count": count, **values}
        pieces = self._split(self._wording.find(key).choose(count))
        shown = [self._give(given[one], marks) if place % 2 else one for place, one in enumerate(pieces)]
        text = "".join(shown)
        return Markup(f"<span{marks}>{text}</span>" if marks else text)  # noqa: S704 - of parts that are escaped

    def _split(self, text: str) -> list[str]:
        """A text as HTML, cut at its placeholders: each second piece is the name of one."""
        if text not in self._pieces:
            cut = PLACE.split(text)
            self._pieces[text] = [one if place % 2 else str(escape(one)) for place, one in enumerate(cut)]
        return self._pieces[text]

    def _give(self, value: object, marks: Markup) -> str:
        """A value for its place; in a text of another language it stands in an element with the page's."""
        text = escape(value)
        return f"<span{self._around}>{text}</span>" if marks and not isinstance(value, int) else text


def _tell(language: str, around: str) -> Markup:
    """The attributes that tell a language, and its direction where that is not the one around."""
    direction = find_direction(language)
    side = Markup("") if direction == around else Markup(' dir="{}"').format(direction)
    return Markup(' lang="{}"{}').format(language, side)


def _hide(text: str, marks: Markup) -> str:
    return f'<span class="bs-unseen"{marks}>{text}</span>' if text else ""
