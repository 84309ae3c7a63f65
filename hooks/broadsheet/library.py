"""Library: every sound article with the registers, checked against each other."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from broadsheet.article import Article
from broadsheet.article_file import parse_article
from broadsheet.nodes import Mark
from broadsheet.problems import Problem, has_errors, suggest
from broadsheet.registers import AUTHORS_FILE, STORIES_FILE, TOPICS_FILE, Registers, parse_registers
from broadsheet.slugs import is_slug
from broadsheet.source import ARTICLES_DIR, Source


@dataclass(frozen=True, slots=True)
class Rules:
    """What a newsroom has decided that reading its content depends on."""

    zone: tzinfo
    """The zone of dates that give none, and of the year and month in URLs."""
    open_topics: bool = False
    """Whether articles may name topics that topics.yml does not have."""
    open_authors: bool = False


@dataclass(frozen=True, slots=True)
class Library:
    """All that could be read, public or not. Articles are sorted by path and have no error."""

    articles: tuple[Article, ...] = ()
    registers: Registers = field(default_factory=Registers)
    media: Collection[str] = ()
    """Paths of the files that articles may publish."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Paths of files that articles may not publish, with the reason."""
    label: str = "content"
    problems: tuple[Problem, ...] = ()
    faulty: frozenset[str] = frozenset()
    """Paths of the articles that were left out for an error."""

    def name(self, path: str) -> str:
        """A file of the content directory as problems name it."""
        return f"{self.label}/{path}"


def build_library(source: Source, rules: Rules) -> Library:
    """Read and check everything in a source; what has an error is left out, and the problem kept.

    Cost: about 0.15 ms an article, most of it YAML.
    """
    registers, problems = parse_registers(source.registers, source.name)
    problems += source.problems
    aliases = {alias: topic.id for topic in registers.topics.values() for alias in topic.aliases}
    sound: list[Article] = []
    faulty: set[str] = set()
    for path, data in sorted(source.articles.items()):
        article, found = parse_article(data, path, source.name(path), rules.zone)
        if article is not None:
            topics = tuple(dict.fromkeys(aliases.get(name, name) for name in article.topics))
            article = replace(article, topics=topics) if topics != article.topics else article
            found += _check_ids(article, source.name(path), registers, rules)
        problems += found
        if article is None or has_errors(found):
            faulty.add(path)
        else:
            sound.append(article)
    clashing, clashes = _find_clashes(sound, source)
    faulty |= clashing
    articles = tuple(article for article in sound if article.path not in clashing)
    problems += clashes + _check_choices(articles, faulty, source)
    return Library(
        articles,
        registers,
        source.media,
        source.refused,
        source.label,
        tuple(sorted(problems)),
        frozenset(faulty),
    )


def _check_ids(article: Article, label: str, registers: Registers, rules: Rules) -> list[Problem]:
    """A problem for each topic, author and story that no register has."""
    stories = (article.story,) if article.story else ()
    checks: list[tuple[str, str, tuple[str, ...], Mapping[str, object], str, bool]] = [
        ("topics", "topic", article.topics, registers.topics, TOPICS_FILE, rules.open_topics),
        ("authors", "author", article.authors, registers.authors, AUTHORS_FILE, rules.open_authors),
        ("story", "story", stories, registers.stories, STORIES_FILE, False),
    ]
    problems = []
    for key, noun, names, known, file, is_open in checks:
        open_here = is_open or file in registers.missing
        for index, name in enumerate(names):
            if name in known or (open_here and is_slug(name)):
                continue
            mark = article.marks.get(f"{key}.{index}") or article.marks.get(key, Mark(1, 1))
            otherwise = "an id has lower-case words and hyphens" if open_here else f"add it to {file}"
            hint = suggest(name, known) or otherwise
            problems.append(Problem(label, mark.line, mark.column, key, f"unknown {noun} '{name[:60]}'", hint))
    return problems


def _find_clashes(articles: Sequence[Article], source: Source) -> tuple[set[str], list[Problem]]:
    """The paths of articles that want one address, and a problem for each that names another of them."""
    claims: dict[str, list[tuple[Article, str]]] = {}
    for article in articles:
        claims.setdefault(article.url, []).append((article, "slug"))
        for index, alias in enumerate(article.aliases):
            claims.setdefault(alias, []).append((article, f"aliases.{index}"))
    clashing: set[str] = set()
    problems = []
    for url, claimants in claims.items():
        for article, key in claimants if len({article.path for article, _ in claimants}) > 1 else ():
            other = next(twin for twin, _ in claimants if twin is not article)
            mark = article.marks.get(key) or article.marks.get("aliases", Mark(1, 1))
            name = key.partition(".")[0]
            message = f"the address /{url} is also that of {source.name(other.path)}"
            hint = "give one of them another slug" if name == "slug" else "take the alias out of one"
            problems.append(Problem(source.name(article.path), mark.line, mark.column, name, message, hint))
            clashing.add(article.path)
    return clashing, problems


def find_article(reference: str, near: str, paths: Mapping[str, str]) -> str:
    """The path of the article that a slug, a path or a URL means, or ''.

    Args:
        reference: as an editor wrote it in `related`, or a user on the command line.
        near: the path of the article that refers, from which relative paths are meant.
        paths: slugs, paths and URLs, each with its article's path (see `index_references`).

    """
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(near), reference))
    tries = [reference, beside, f"{ARTICLES_DIR}/{reference}", reference.strip("/"), f"{ARTICLES_DIR}/{reference}.md"]
    return next((paths[one] for one in tries if one in paths), "")


def index_references(articles: Collection[Article]) -> dict[str, str]:
    """Every name an article can be called by, with its path; a slug that two share names neither."""
    index: dict[str, str] = {}
    shared: set[str] = set()
    for article in articles:
        if article.slug in index:
            shared.add(article.slug)
        index[article.slug] = article.path
    index = {slug: path for slug, path in index.items() if slug not in shared}
    for article in articles:
        index[article.path] = article.path
        index[article.url.strip("/")] = article.path
    return index


def _check_choices(articles: Sequence[Article], faulty: Collection[str], source: Source) -> list[Problem]:
    """A problem for every pin or veto that names no article."""
    index = index_references(articles)
    known_faulty = {path: path for path in faulty}
    problems = []
    for article in articles:
        choices = [("pin", one) for one in article.related.pin] + [("never", one) for one in article.related.never]
        for kind, reference in choices:
            if find_article(reference, article.path, index) or find_article(reference, article.path, known_faulty):
                continue
            names = getattr(article.related, kind)
            place = names.index(reference)
            mark = article.marks.get(f"related.{kind}.{place}") or article.marks.get(f"related.{place}", Mark(1, 1))
            message = f"no article '{reference}'"
            hint = suggest(reference, index) or "give its slug or its path"
            label = source.name(article.path)
            problems.append(Problem(label, mark.line, mark.column, f"related.{kind}", message, hint, "warning"))
    return problems
