"""Rankings: the articles of an edition compared while their bodies are rendered, and not again before one changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from broadsheet import related
from broadsheet.core import digest, map_in_forks
from broadsheet.edition.plan import Plan
from broadsheet.edition.render_articles import BuildResources, await_task, submit_task
from broadsheet.related import Document, Ranking

Ranker = Callable[[Plan, BuildResources], Callable[[], Ranking]]
"""Begins to compare the articles of a plan; what it gives waits for the lists."""


def start_related_lists(plan: Plan, resources: BuildResources) -> Callable[[], Ranking]:
    """Begin to compare the articles of a plan, unless the same were compared before; wait by calling the result."""
    count = plan.config.related_count
    key = compute_related_key(plan.documents, count)
    known = resources.cache.get("ranking", [key]).get(key)
    if isinstance(known, Ranking):
        return lambda: known
    future = (
        submit_task(resources.executor, compute_related_lists, plan.documents, count) if resources.executor else None
    )

    def wait() -> Ranking:
        resources.report("Comparing articles", 0, len(plan.documents))
        arguments = (plan.documents, count)
        ranking: Ranking = (
            compute_related_lists(*arguments)
            if future is None
            else await_task(future, resources, compute_related_lists, *arguments)
        )
        resources.report("Comparing articles", len(plan.documents), len(plan.documents))
        resources.cache.put("ranking", {key: ranking})
        return ranking

    return wait


def compute_related_lists(documents: Sequence[Document], count: int) -> Ranking:
    """As `related.rank`, which is imported by the process that needs it, on as many cores as there are."""
    return related.rank(documents, count, map_in_forks)


def compute_related_key(documents: Sequence[Document], count: int) -> bytes:
    """A digest of all that the lists depend on. Cost: about 15 µs a document."""
    texts = [(one.headline, one.dek, one.body) for one in documents]
    return digest(
        b"ranking",
        str(count).encode(),
        *(part.encode(errors="surrogatepass") for text in texts for part in text),
        *(repr(_list_rest(one)).encode() for one in documents),
    )


def _list_rest(one: Document) -> tuple[object, ...]:
    moment = one.published.isoformat()
    named = (one.topics, one.links, one.pins, one.never, one.shown)
    return (one.id, one.url, moment, one.story, one.language, one.off, *named)
