"""Telling: reasons put into words for readers."""

from __future__ import annotations

from collections.abc import Mapping

from broadsheet.related.document import Reason

PHRASES: Mapping[str, str] = {
    "pin": "Chosen by the editor",
    "story": "Same story",
    "copy": "Nearly the same text",
    "linked": "One links to the other",
    "links": "Linked with articles like this one",
    "text": "Also about: {names}",
    "topics": "Same topic: {names}",
    "words": "Similar words",
}
"""How each kind of reason is put into words, and one that has no names for its kind."""
_NAMING = frozenset({"text", "topics"})


def write_reason(reason: Reason, titles: Mapping[str, str]) -> str:
    """A reason in English words.

    >>> write_reason(Reason("text", ("Sergei Ryabkov", "NATO expansion")), {})
    'Also about: Sergei Ryabkov, NATO expansion'
    >>> write_reason(Reason("topics", ("eu",)), {"eu": "European Union"}), write_reason(Reason("text"), {})
    ('Same topic: European Union', 'Similar words')

    Args:
        reason: what to put into words.
        titles: of topics, by id.

    """
    key, names = name_reason(reason, titles)
    return PHRASES[key].replace("{names}", ", ".join(names))


def name_reason(reason: Reason, titles: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The key of the phrase for a reason, and the names that belong into it, for words of another language."""
    if reason.kind not in _NAMING:
        return reason.kind, ()
    names = reason.names if reason.kind == "text" else tuple(titles.get(name, name) for name in reason.names)
    return (reason.kind, names) if names else ("words", ())
