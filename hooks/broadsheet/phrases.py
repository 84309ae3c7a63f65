"""Phrases: the words of the pages as HTML, those marked that are not in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup, escape

from broadsheet.languages import find_direction
from broadsheet.wording import Wording, fill

_NAME = "\0"
"""Stands for a name."""


class Phrases:
    """What templates call `words`: `{{ words("related_headlines") }}`. Cost: a few microseconds a call.

    All that it gives is escaped, and so are the values that it is given, but for those that are HTML already.
    """

    def __init__(self, wording: Wording) -> None:
        """Take the words of the newspaper's language."""
        self._wording = wording
        self._direction = find_direction(wording.language)
        self._kept: dict[str, Markup] = {}
        self._gaps: dict[int, list[str]] = {}

    def __call__(self, key: str, count: int | None = None, /, **values: object) -> Markup:
        """A word for the text of a page: in an element that tells its language where that is not the page's."""
        if count is None and not values:
            if key not in self._kept:
                self._kept[key] = self._write(key, None, {})
            return self._kept[key]
        return self._write(key, count, values)

    def plain(self, key: str, count: int | None = None, /, **values: object) -> Markup:
        """A word for an attribute or a title, which can have no elements."""
        return escape(self._wording.write(key, count, **values))

    def mark(self, key: str) -> Markup:
        """The attributes that tell the language of a word where that is not the page's: ` lang="en" dir="ltr"`.

        For elements that can hold no other, such as `<option>`. The direction is told where it is not the page's.
        """
        language = self._wording.find(key).language
        return Markup("") if language == self._wording.language else self._tell(language, self._direction)

    def language(self, key: str) -> str:
        """The tag of the language that a word is in."""
        return self._wording.find(key).language

    def forms(self, key: str) -> Mapping[str, str]:
        """All forms of a word by category, for a script that has the number."""
        return self._wording.find(key).forms

    def tally(self, key: str, count: int) -> Markup:
        """A number that is seen, with a word that only those hear who listen: `12<span> articles</span>`."""
        text, marks = escape(self._wording.find(key).choose(count)), self.mark(key)
        before, place, after = (Markup(part) for part in text.partition("{count}"))  # noqa: S704 - of what is escaped
        if not place:
            # The word says the number itself.
            return Markup('<span aria-hidden="true">{}</span>{}').format(count, _hide(text, marks))
        return Markup("{}{}{}").format(_hide(before, marks), count, _hide(after, marks))

    def gap(self, place: int, total: int) -> Markup:
        """What stands before one of so many names in a list, from 0: `, `, ` and `. At `total`, what ends the list."""
        if total not in self._gaps:
            self._gaps[total] = self._wording.join([_NAME] * total).split(_NAME)
        return escape(self._gaps[total][place])

    @property
    def locale(self) -> str:
        """The tag of the locale by whose rules names are listed."""
        return self._wording.list_locale

    def _write(self, key: str, count: int | None, values: Mapping[str, object]) -> Markup:
        word, marks = self._wording.find(key), self.mark(key)
        parts = {name: self._give(value, foreign=bool(marks)) for name, value in values.items()}
        text = Markup(fill(str(escape(word.choose(count))), {"count": count, **parts}))  # noqa: S704 - all is escaped
        return Markup("<span{}>{}</span>").format(marks, text) if marks else text

    def _give(self, value: object, *, foreign: bool) -> Markup:
        """A value for its place; in a text of another language it stands in an element with the page's."""
        if not foreign or isinstance(value, int):
            return escape(value)
        return Markup("<span{}>{}</span>").format(self._tell(self._wording.language, "ltr"), value)

    def _tell(self, language: str, around: str) -> Markup:
        direction = find_direction(language)
        side = Markup("") if direction == around else Markup(' dir="{}"').format(direction)
        return Markup(' lang="{}"{}').format(language, side)


def _hide(text: Markup, marks: Markup) -> Markup:
    return Markup('<span class="bs-unseen"{}>{}</span>').format(marks, text) if text else text
