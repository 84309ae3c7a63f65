"""Registers: the topics, authors and stories that articles name by id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from broadsheet.article_file import is_web_address
from broadsheet.fields import FieldReader
from broadsheet.nodes import Entries, Mark, Scalar, parse_yaml
from broadsheet.problems import Problem, suggest
from broadsheet.slugs import humanise, is_slug, slugify

TOPICS_FILE = "topics.yml"
AUTHORS_FILE = "authors.yml"
STORIES_FILE = "stories.yml"
REGISTER_FILES = (TOPICS_FILE, AUTHORS_FILE, STORIES_FILE)
"""The files of the content directory that hold a register each; any may be missing."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject that articles are filed under."""

    id: str
    title: str
    summary: str = ""
    parent: str = ""
    section: bool = False
    """Whether it stands in the navigation and has its own part of the front page."""
    aliases: tuple[str, ...] = ()
    """Other ids that mean this topic."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote: a person or a desk."""

    id: str
    name: str
    role: str = ""
    bio: str = ""
    url: str = ""
    image: str = ""
    """A picture's path relative to the content directory."""
    email: str = ""

    @property
    def title(self) -> str:
        """The name, for lists that show topics, stories and authors alike."""
        return self.name


@dataclass(frozen=True, slots=True)
class Story:
    """A running story, which ties articles into a timeline."""

    id: str
    title: str
    summary: str = ""
    topics: tuple[str, ...] = ()


Entry = TypeVar("Entry", Topic, Author, Story)


@dataclass(frozen=True, slots=True)
class Registers:
    """The three registers, each in the order of its file."""

    topics: Mapping[str, Topic] = field(default_factory=dict)
    authors: Mapping[str, Author] = field(default_factory=dict)
    stories: Mapping[str, Story] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    """The register files that are not there: their ids are open, as there is nothing to check them against."""


def parse_registers(files: Mapping[str, bytes], label: Callable[[str], str]) -> tuple[Registers, list[Problem]]:
    """Read the registers out of their files' bytes, keyed by file name.

    An entry with a fault is left out; `label` gives a file's name in problems.
    """
    problems: list[Problem] = []
    topics = _parse_entries(files, TOPICS_FILE, label, _read_topic, problems)
    authors = _parse_entries(files, AUTHORS_FILE, label, _read_author, problems)
    stories = _parse_entries(files, STORIES_FILE, label, _read_story, problems)
    marks = {name: mark for name, (_, mark) in topics.items()}
    known = {name: topic for name, (topic, _) in topics.items()}
    problems += _check_topics(known, marks, label(TOPICS_FILE))
    for story, mark in stories.values():
        for name in story.topics:
            if known and name not in known:
                message = f"unknown topic '{name}'"
                problems.append(
                    Problem(label(STORIES_FILE), mark.line, mark.column, story.id, message, suggest(name, known))
                )
    return (
        Registers(
            MappingProxyType(known),
            MappingProxyType({name: author for name, (author, _) in authors.items()}),
            MappingProxyType({name: story for name, (story, _) in stories.items()}),
            frozenset(name for name in REGISTER_FILES if name not in files),
        ),
        problems,
    )


def _parse_entries(
    files: Mapping[str, bytes],
    name: str,
    label: Callable[[str], str],
    read: Callable[[str, FieldReader], Entry],
    problems: list[Problem],
) -> dict[str, tuple[Entry, Mark]]:
    path = label(name)
    try:
        text = files.get(name, b"").decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        problems.append(Problem(path, 0, 0, "", "not UTF-8", "save the file as UTF-8 in your editor"))
        return {}
    root, found = parse_yaml(text, path)
    problems += found
    if root is None:
        return {}
    if not isinstance(root, Entries):
        problems.append(Problem(path, root.mark.line, 0, "", "expected ids, each with its keys below it"))
        return {}
    entries: dict[str, tuple[Entry, Mark]] = {}
    for key, node in root.entries.items():
        mark = root.keys[key]
        if not is_slug(key):
            hint = f"try '{slugify(key)}'" if slugify(key) else ""
            message = f"'{key[:60]}' is no id, expected lower-case words joined by hyphens"
            problems.append(Problem(path, mark.line, mark.column, key, message, hint))
            continue
        # `nato:` with nothing below it is a topic with a title of its own making.
        empty = isinstance(node, Scalar) and node.is_null
        fields = Entries(mark=mark) if empty else node
        if not isinstance(fields, Entries):
            problems.append(Problem(path, mark.line, mark.column, key, "expected keys and values below the id"))
            continue
        reader = FieldReader(fields, path, problems, {}, f"{key}.")
        before = len(problems)
        entry = read(key, reader)
        reader.finish()
        if not any(problem.severity == "error" for problem in problems[before:]):
            entries[key] = (entry, mark)
    return entries


def _read_topic(key: str, reader: FieldReader) -> Topic:
    aliases = reader.texts("aliases")
    for alias in aliases:
        if not is_slug(alias):
            reader.fault("aliases", f"'{alias[:60]}' is no id, expected lower-case words joined by hyphens")
    return Topic(
        key,
        reader.text("title") or humanise(key),
        reader.text("summary"),
        reader.text("parent"),
        reader.flag("section"),
        aliases,
    )


def _read_author(key: str, reader: FieldReader) -> Author:
    url, email = reader.text("url"), reader.text("email")
    if url and not is_web_address(url):
        reader.fault("url", f"'{url[:80]}' is no web address", "begin with https://")
    if email and not (email.count("@") == 1 and email.isprintable() and not set(" <>\"'?&") & set(email)):
        reader.fault("email", f"'{email[:80]}' is no e-mail address")
    name = reader.text("name") or humanise(key)
    return Author(key, name, reader.text("role"), reader.text("bio"), url, reader.text("image"), email)


def _read_story(key: str, reader: FieldReader) -> Story:
    return Story(key, reader.text("title") or humanise(key), reader.text("summary"), reader.texts("topics"))


def _check_topics(topics: dict[str, Topic], marks: Mapping[str, Mark], path: str) -> list[Problem]:
    """Mend what would lead nowhere: unknown or circular parents and aliases that are taken; report each."""
    problems = []
    taken = {name: name for name in topics}
    for topic in list(topics.values()):
        mark = marks[topic.id]
        if topic.parent and (topic.parent not in topics or topic.id in _line_of(topic.parent, topics)):
            known = topic.parent in topics
            message = f"'{topic.parent}' is below '{topic.id}' itself" if known else f"unknown topic '{topic.parent}'"
            hint = "" if known else suggest(topic.parent, topics)
            problems.append(Problem(path, mark.line, mark.column, f"{topic.id}.parent", message, hint))
            topics[topic.id] = Topic(topic.id, topic.title, topic.summary, "", topic.section, topic.aliases)
        for alias in topic.aliases:
            if taken.setdefault(alias, topic.id) != topic.id or alias in topics:
                message = f"'{alias}' is taken by topic '{taken[alias]}'"
                problems.append(Problem(path, mark.line, mark.column, f"{topic.id}.aliases", message))
    return problems


def _line_of(name: str, topics: Mapping[str, Topic]) -> list[str]:
    """A topic's id and those of its parents, nearest first; ends where a circle closes."""
    line: list[str] = []
    while name in topics and name not in line:
        line.append(name)
        name = topics[name].parent
    return line


def trace_topic(name: str, topics: Mapping[str, Topic]) -> tuple[str, ...]:
    """A topic's id followed by its parent's, its parent's parent's and so on."""
    return tuple(_line_of(name, topics)) or (name,)
