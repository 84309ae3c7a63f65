"""The command line's part about related headlines: `broadsheet related` and `broadsheet explain`."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote

import click
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig

from broadsheet.content import find_article, index_references
from broadsheet.core import BroadsheetError, Translations, escape_unprintable, load_translations
from broadsheet.edition import Plan, plan_edition
from broadsheet.mkdocs_site import Project, find_docs_files, open_project, read_clock
from broadsheet.related import Cause, Document, Explainer, Explanation, ListChange, Reason, Related, compare_lists, rank


def load_site(config_file: str | None) -> MkDocsConfig:
    """The site's configuration, without the advertising that themes print on loading."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    logging.getLogger("mkdocs").setLevel(logging.ERROR)
    return load_config(config_file)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What both commands work on."""

    newsroom: Project
    plan: Plan
    site_url: str

    @property
    def titles(self) -> Mapping[str, str]:
        """Of topics."""
        return {name: topic.title for name, topic in self.plan.edition.topics.items()}

    def name(self, path: str) -> str:
        """An article for people: headline and file."""
        return escape_unprintable(f"{self.plan.edition.by_path[path].title}  ({self.newsroom.label}/{path})")

    def find(self, reference: str) -> str:
        """The path of the public article that a file's name, a slug or a URL means."""
        newsroom = self.newsroom
        faulty = {path: path for path in newsroom.library.faulty}
        index = faulty | index_references(newsroom.library.articles)
        reference = reference.removeprefix(self.site_url)
        inside = os.path.relpath(Path(reference).resolve(), newsroom.root).replace(os.sep, "/")
        path = find_article(unquote(reference), "", index) or index.get(inside, "")
        shown = f"{newsroom.label}/{path}"
        if not path:
            raise BroadsheetError(f"no article '{reference}': give its file, its slug or its URL")
        if path in faulty:
            raise BroadsheetError(f"{shown} has an error, so nothing is related to it: run 'broadsheet check'")
        if path not in self.plan.edition.by_path:
            raise BroadsheetError(f"{shown} is not public, so nothing is related to it")
        return path


def _open_desk(config_file: str | None) -> _Desk:
    config = load_site(config_file)
    newsroom = open_project(config)
    around = find_docs_files(config, newsroom.root)
    plan = plan_edition(newsroom.library, read_clock(), newsroom.config, around)
    return _Desk(newsroom, plan, config.site_url or "")


@click.command()
@click.argument("article", required=False, default="")
@click.option("--format", "shape", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option(
    "--diff",
    "old",
    type=click.File("rb"),
    metavar="OLD.json",
    help="Show only what has changed since this output of `related --format json`, and why.",
)
@click.pass_obj
def related(config_file: str | None, article: str, shape: str, old: BinaryIO | None) -> None:
    r"""Show the related headlines of ARTICLE (its file, slug or URL), or of every article.

    The JSON is {"articles/…md": [{"id": "articles/…md", "score": 0.41, "why": ["…"], "text": "…"}, …]}, best
    first; "text" is a mark of that article's text, by which --diff sees that it was edited.

    \b
    Examples:
      broadsheet related kyiv-attack-heat-water
      broadsheet related --format json > before.json
      broadsheet related --diff before.json
    """
    earlier = _read_lists(old) if old else None
    desk = _open_desk(config_file)
    path = desk.find(article) if article else ""
    lists = rank(desk.plan.documents, desk.plan.config.related_count).lists
    digests = {document.id: _digest_text(document) for document in desk.plan.documents}
    if earlier is not None:
        edited = {name for name, digest in earlier.digests.items() if digests.get(name, digest) != digest}
        _show_changes(
            compare_lists(earlier.lists, lists, edited), earlier.lists.keys() & lists.keys(), lists, path, shape
        )
        return
    wanted = {path: lists[path]} if path else dict(sorted(lists.items()))
    if shape == "json":
        plain = {name: [_to_plain(entry, desk.titles, digests) for entry in found] for name, found in wanted.items()}
        click.echo(json.dumps(plain, ensure_ascii=False, indent=1))
        return
    for name, found in wanted.items():
        click.echo(desk.name(name))
        for one in found:
            click.echo(f"  {one.score:5.3f}  {desk.name(one.id)}  [{_write_why(one, desk.titles)}]")


def _digest_text(document: Document) -> str:
    """Return a digest of the text that is compared, as 12 hexadecimal digits. Cost: about 5 µs."""
    text = "\0".join((document.headline, document.dek, document.body))
    return blake2b(text.encode(errors="surrogatepass"), digest_size=6).hexdigest()


def _to_plain(entry: Related, titles: Mapping[str, str], digests: Mapping[str, str]) -> dict[str, Any]:
    why = [_write_reason(reason, titles) for reason in entry.reasons]
    return {"id": entry.id, "score": entry.score, "why": why, "text": digests[entry.id]}


def _write_why(entry: Related | Explanation, titles: Mapping[str, str]) -> str:
    return escape_unprintable("; ".join(_write_reason(reason, titles) for reason in entry.reasons))


@cache
def _read_english() -> Translations:
    return load_translations("en")


def _write_reason(reason: Reason, titles: Mapping[str, str]) -> str:
    """Return a reason in the words of the English catalogue: the command line is in English."""
    return _read_english().write(f"reason_{reason.kind}", names=", ".join(reason.list_names(titles)))


@dataclass(frozen=True, slots=True)
class _EarlierRun:
    """What an earlier run of `related --format json` printed."""

    lists: Mapping[str, Sequence[Related]]
    """Of the reasons only pins are read back."""
    digests: Mapping[str, str]
    """By article, the digest of its text: see `_digest_text`. Older engines printed none."""


def _read_lists(file: BinaryIO) -> _EarlierRun:
    """Return the lists of an earlier run.

    Raises:
        BroadsheetError: when the file has something else.

    """
    pin = Reason("pin")
    lists: dict[str, list[Related]] = {}
    digests: dict[str, str] = {}
    try:
        for name, entries in json.loads(file.read()).items():
            lists[name] = []
            for entry in entries:
                pinned = _write_reason(pin, {}) in list(entry.get("why", ()))
                lists[name].append(Related(str(entry["id"]), float(entry["score"]), (pin,) if pinned else ()))
                if "text" in entry:
                    digests[str(entry["id"])] = str(entry["text"])
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        message = f"{file.name}: expected the output of 'broadsheet related --format json', found something else"
        raise BroadsheetError(message) from None
    return _EarlierRun(lists, digests)


def _show_changes(
    found: Sequence[ListChange], both: Collection[str], lists: Collection[str], path: str, shape: str
) -> None:
    changes = [change for change in found if path in ("", change.id)]
    if shape == "json":
        plain = {
            change.id: {"added": change.added, "removed": change.removed, "why": _write_causes(change)}
            for change in changes
        }
        click.echo(json.dumps(plain, ensure_ascii=False, indent=1))
        return
    for change in changes:
        click.echo(f"{escape_unprintable(change.id)}: {escape_unprintable('; '.join(_write_causes(change)))}")
        for sign, names in (("+", change.added), ("-", change.removed)):
            for name in names:
                click.echo(f"  {sign} {escape_unprintable(name)}")
    click.echo(f"{len(changes)} of {len(both)} lists changed; {len(lists) - len(both)} new articles", err=True)


def _write_causes(change: ListChange) -> list[str]:
    return [_write_cause(cause) for cause in change.causes]


def _write_cause(cause: Cause) -> str:
    return {
        "edited": f"{cause.id} was edited",
        "new": f"{cause.id} is new",
        "gone": f"{cause.id} is no longer public",
        "pinned": f"{cause.id} is pinned",
        "unpinned": f"{cause.id} is no longer pinned",
        "choice": "its text or an editor's choice changed (pins, 'never', links, story, settings)",
        "scores": f"scores shifted by up to {max(cause.shift, 0.001):.3f}",
    }[cause.kind]


@click.command()
@click.argument("article")
@click.argument("other", required=False, default="")
@click.pass_obj
def explain(config_file: str | None, article: str, other: str) -> None:
    r"""Explain the related headlines of ARTICLE, or why OTHER is among them or not.

    Each is its file, slug or URL. A score is the likeness of the texts (0 to 1), times a fading with the days
    between the two (1 on the same day), times a lift for rare topics that both have (from 1). Links between
    articles like ARTICLE and the other one raise it.

    \b
    Examples:
      broadsheet explain kyiv-attack-heat-water
      broadsheet explain kyiv-attack-heat-water us-russia-geneva-talks
    """
    desk = _open_desk(config_file)
    path = desk.find(article)
    beside = desk.find(other) if other else ""
    if beside == path:
        raise BroadsheetError("both are the same article: an article never stands beside itself")
    explainer = Explainer(desk.plan.documents, path, desk.plan.config.related_count)
    click.echo(desk.name(path))
    if beside:
        found = explainer.explain(beside)
        click.echo(_write_parts(found, desk))
        click.echo(f"  {_write_verdict(found, desk, len(explainer.explain_list()))}")
        return
    for one in explainer.explain_list():
        click.echo(f"{one.position:2}. {_write_parts(one, desk)}")
    if desk.plan.edition.by_path[path].related.off:
        click.echo("  The list is switched off: the article has 'related: []'.")


def _write_parts(one: Explanation, desk: _Desk) -> str:
    """A score with its parts, and the reasons."""
    if one.verdict == "pinned" or (one.verdict in ("off", "language") and not one.score):
        parts = ""
    else:
        count = f"{abs(one.days)} day{'s' if abs(one.days) > 1 else ''}"
        when = "same day" if not one.days else f"{count} {'earlier' if one.days < 0 else 'later'}"
        parts = f"\n    {one.score:.3f} = text {one.text:.3f} × time {one.time:.2f} ({when}) × topics {one.topics:.2f}"
        parts += f", with links {one.links:.2f}" if one.links else ""
    why = f"\n    {_write_why(one, desk.titles)}" if one.reasons else ""
    return f"{desk.name(one.id)}{parts}{why}"


def _write_verdict(one: Explanation, desk: _Desk, listed: int) -> str:
    twin = desk.name(one.duplicate_of) if one.duplicate_of else ""
    return {
        "listed": f"It is in the list, in place {one.position}.",
        "pinned": f"It is in the list, in place {one.position}, since the editor pinned it.",
        "off": "It is not in the list, which is switched off by 'related: []'.",
        "never": "It is not in the list, since one of the two names the other under 'related: never'.",
        "shown": "It is not in the list, since the page shows it already: in its text, or in its story's timeline.",
        "language": "It is not in the list, since it is in another language.",
        "duplicate": f"It is not in the list, since {twin} is nearly the same text.",
        "below": f"It is not in the list: it would be in place {one.position}, and the list has {listed}.",
        "unrelated": "It is not in the list, since the two have nothing in common.",
        "uncompared": "It is not in the list, since they share too few rare words to be compared; its score would do.",
    }[one.verdict]
