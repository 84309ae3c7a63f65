"""The commands about related headlines: `broadsheet related` and `broadsheet explain`."""

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
    """Return the site's configuration, without the notices that themes print when they are loaded."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    logging.getLogger("mkdocs").setLevel(logging.ERROR)
    return load_config(config_file)


@dataclass(frozen=True, slots=True)
class _RelatedProject:
    """A project with the plan of its edition, for both commands."""

    project: Project
    plan: Plan
    site_url: str

    @property
    def topic_titles(self) -> Mapping[str, str]:
        """The titles of topics by id."""
        return {name: topic.title for name, topic in self.plan.edition.topics.items()}

    def describe(self, path: str) -> str:
        """Return the headline and file of an article."""
        return escape_unprintable(f"{self.plan.edition.by_path[path].title}  ({self.project.label}/{path})")

    def resolve_reference(self, reference: str) -> str:
        """Return the path of the public article that a file name, a slug or a URL refers to."""
        faulty = {path: path for path in self.project.library.faulty}
        index = faulty | index_references(self.project.library.articles)
        reference = reference.removeprefix(self.site_url)
        path_in_content = os.path.relpath(Path(reference).resolve(), self.project.root).replace(os.sep, "/")
        path = find_article(unquote(reference), "", index) or index.get(path_in_content, "")
        name = f"{self.project.label}/{path}"
        if not path:
            raise BroadsheetError(f"no article '{reference}': give its file, its slug or its URL")
        if path in faulty:
            raise BroadsheetError(f"{name} has an error, so nothing is related to it: run 'broadsheet check'")
        if path not in self.plan.edition.by_path:
            raise BroadsheetError(f"{name} is not public, so nothing is related to it")
        return path


def _open_related_project(config_file: str | None) -> _RelatedProject:
    config = load_site(config_file)
    project = open_project(config)
    docs_urls = find_docs_files(config, project.root)
    plan = plan_edition(project.library, read_clock(), project.config, docs_urls)
    return _RelatedProject(project, plan, config.site_url or "")


@click.command()
@click.argument("article", required=False, default="")
@click.option("--format", "output_format", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option(
    "--diff",
    "old",
    type=click.File("rb"),
    metavar="OLD.json",
    help="Show only what has changed since this output of `related --format json`, and why.",
)
@click.pass_obj
def related(config_file: str | None, article: str, output_format: str, old: BinaryIO | None) -> None:
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
    site = _open_related_project(config_file)
    path = site.resolve_reference(article) if article else ""
    lists = rank(site.plan.documents, site.plan.config.related_count).lists
    digests = {document.id: _digest_text(document) for document in site.plan.documents}
    if earlier is not None:
        edited = {name for name, digest in earlier.digests.items() if digests.get(name, digest) != digest}
        _show_changes(
            compare_lists(earlier.lists, lists, edited), earlier.lists.keys() & lists.keys(), lists, path, output_format
        )
        return
    chosen = {path: lists[path]} if path else dict(sorted(lists.items()))
    if output_format == "json":
        plain = {
            name: [_to_plain(entry, site.topic_titles, digests) for entry in entries]
            for name, entries in chosen.items()
        }
        click.echo(json.dumps(plain, ensure_ascii=False, indent=1))
        return
    for name, entries in chosen.items():
        click.echo(site.describe(name))
        for entry in entries:
            why = _write_why(entry, site.topic_titles)
            click.echo(f"  {entry.score:5.3f}  {site.describe(entry.id)}  [{why}]")


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
    """Their reasons are pins only: the others are not read."""
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
    all_changes: Sequence[ListChange], common: Collection[str], lists: Collection[str], path: str, output_format: str
) -> None:
    changes = [change for change in all_changes if path in ("", change.id)]
    if output_format == "json":
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
    click.echo(f"{len(changes)} of {len(common)} lists changed; {len(lists) - len(common)} new articles", err=True)


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
    site = _open_related_project(config_file)
    path = site.resolve_reference(article)
    other_path = site.resolve_reference(other) if other else ""
    if other_path == path:
        raise BroadsheetError("both are the same article: an article never stands beside itself")
    explainer = Explainer(site.plan.documents, path, site.plan.config.related_count)
    click.echo(site.describe(path))
    if other_path:
        explanation = explainer.explain(other_path)
        click.echo(_write_parts(explanation, site))
        click.echo(f"  {_write_verdict(explanation, site, len(explainer.explain_list()))}")
        return
    for explanation in explainer.explain_list():
        click.echo(f"{explanation.position:2}. {_write_parts(explanation, site)}")
    if site.plan.edition.by_path[path].related.off:
        click.echo("  The list is switched off: the article has 'related: []'.")


def _write_parts(explanation: Explanation, site: _RelatedProject) -> str:
    """Return a score with its parts, and the reasons."""
    if explanation.verdict == "pinned" or (explanation.verdict in ("off", "language") and not explanation.score):
        parts = ""
    else:
        count = f"{abs(explanation.days)} day{'s' if abs(explanation.days) > 1 else ''}"
        when = "same day" if not explanation.days else f"{count} {'earlier' if explanation.days < 0 else 'later'}"
        parts = f"\n    {explanation.score:.3f} = text {explanation.text:.3f} × time {explanation.time:.2f} ({when})"
        parts += f" × topics {explanation.topics:.2f}"
        parts += f", with links {explanation.links:.2f}" if explanation.links else ""
    why = f"\n    {_write_why(explanation, site.topic_titles)}" if explanation.reasons else ""
    return f"{site.describe(explanation.id)}{parts}{why}"


def _write_verdict(explanation: Explanation, site: _RelatedProject, listed: int) -> str:
    duplicate = site.describe(explanation.duplicate_of) if explanation.duplicate_of else ""
    return {
        "listed": f"It is in the list, in place {explanation.position}.",
        "pinned": f"It is in the list, in place {explanation.position}, since the editor pinned it.",
        "off": "It is not in the list, which is switched off by 'related: []'.",
        "never": "It is not in the list, since one of the two names the other under 'related: never'.",
        "shown": "It is not in the list, since the page shows it already: in its text, or in its story's timeline.",
        "language": "It is not in the list, since it is in another language.",
        "duplicate": f"It is not in the list, since {duplicate} is nearly the same text.",
        "below": f"It is not in the list: it would be in place {explanation.position}, and the list has {listed}.",
        "unrelated": "It is not in the list, since the two have nothing in common.",
        "uncompared": "It is not in the list, since they share too few rare words to be compared; its score would do.",
    }[explanation.verdict]
