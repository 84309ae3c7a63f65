"""Trials: what was tried besides the engine's own signals, each with how strongly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from broadsheet.related import closeness
from reranking import Reranking
from rewording import Rewording
from variants import Settings, Square, Variants

ABLATIONS: dict[str, Settings] = {
    f"headline counts once, not {Settings().headline:g} times": replace(Settings(), headline=1),
    "pairs of adjacent words only": replace(Settings(), window=1),
    "no pairs, words only": replace(Settings(), window=0),
    "each pair counts 1, however far apart": replace(Settings(), near=0),
    "boilerplate left in": replace(Settings(), repeated=0),
    "features of only two articles left out": replace(Settings(), documents=3),
    "rarity without its power": replace(Settings(), rarity=1),
    "counts as they are": replace(Settings(), power=1),
    "logarithm of counts": replace(Settings(), saturation="log"),
    "BM25's saturation of counts": replace(Settings(), saturation="bm25"),
    "no fading with time": replace(Settings(), fade=0),
    "no lift for topics": replace(Settings(), topics=0),
}
"""One signal switched off or put the plain way at a time."""

Tried = tuple[str, str, Callable[[], Square]]


def list_rewordings(variants: Variants, seed: int) -> list[Tried]:
    """Other readings of the texts."""
    words = Rewording(variants, seed)
    return [
        ("dek", "left out", lambda: words.change_dek(0)),
        ("dek", "counts 3 times", lambda: words.change_dek(3)),
        ("dek", "as a part of the headline", words.join_dek),
        ("beginnings", "first 60 words count twice", lambda: words.weigh_beginnings(60, 2)),
        ("stop words", "out, if in over 50 % of articles", lambda: words.drop_common(0.5)),
        ("stop words", "out, if in over 20 %", lambda: words.drop_common(0.2)),
        ("stemming", "words cut to 6 letters", lambda: words.stem(lambda word: word[:6])),
        ("stemming", "to 8 letters", lambda: words.stem(lambda word: word[:8])),
        ("stemming", "to 10 letters", lambda: words.stem(lambda word: word[:10])),
        ("stemming", "English plurals", lambda: words.stem(_cut_plural)),
        ("pivoted length", "power 0.8", lambda: words.normalise(0.8)),
        ("pivoted length", "power 1.2", lambda: words.normalise(1.2)),
        ("headline to headline", "+ 0.05", lambda: words.add_headlines(0.05)),
        ("headline to headline", "+ 0.2", lambda: words.add_headlines(0.2)),
        ("headline to the other's text", "+ 0.2", lambda: words.add_crossed(0.2)),
        ("headline to the other's text", "+ 0.5", lambda: words.add_crossed(0.5)),
        ("latent semantics", "100 dimensions, + 0.05", lambda: words.blend_latent(100, 0.05)),
        ("latent semantics", "100 dimensions, + 0.2", lambda: words.blend_latent(100, 0.2)),
        ("latent semantics", "200 dimensions, + 0.05", lambda: words.blend_latent(200, 0.05)),
    ]


def list_rerankings(variants: Variants, seed: int) -> list[Tried]:
    """Other signals, and other uses of the scores."""
    ranks = Reranking(variants, seed)
    return [
        ("same author", "× 1.1", lambda: ranks.lift_authors(0.1)),
        ("same author", "× 1.4", lambda: ranks.lift_authors(0.4)),
        ("same addresses outside", "× 1.3", lambda: ranks.lift_addresses(0.3)),
        ("newer rather than older", "× 1.1", lambda: ranks.lean(lambda days: np.where(days > 0, 1.1, 1))),
        ("older rather than newer", "× 1.1", lambda: ranks.lean(lambda days: np.where(days < 0, 1.1, 1))),
        ("older only", "", lambda: ranks.lean(lambda days: days <= 0)),
        ("newer only", "", lambda: ranks.lean(lambda days: days >= 0)),
        ("fading by place, not by days", "over 30 articles", lambda: ranks.fade_by_place(30)),
        ("mutual neighbours", "× 1.1", lambda: ranks.favour_mutual(0.1)),
        ("mutual neighbours", "× 1.4", lambda: ranks.favour_mutual(0.4)),
        ("fewer hubs", "power 0.2", lambda: ranks.spread_hubs(0.2)),
        ("more hubs", "power -0.2", lambda: ranks.spread_hubs(-0.2)),
        ("feedback from neighbours", "10, + 0.1", lambda: ranks.feed_back(10, 0.1)),
        ("feedback from neighbours", "10, + 0.3", lambda: ranks.feed_back(10, 0.3)),
        ("variety (MMR)", "weight 0.9", lambda: ranks.vary_lists(0.9)),
        ("variety (MMR)", "weight 0.7", lambda: ranks.vary_lists(0.7)),
    ]


def list_link_trials(variants: Variants, seed: int) -> list[Tried]:
    """The links between other articles, as they would stand in a newsroom's own archive."""
    ranks = Reranking(variants, seed)
    return [
        *(
            ("links of articles like it", f"weight {weight:g}", partial(ranks.follow_links, weight))
            for weight in sorted({0.1, 0.2, 0.5, closeness.LINKS})
        ),
        ("a half of the links known", "", lambda: ranks.follow_links(known=0.5)),
        ("a tenth of the links known", "", lambda: ranks.follow_links(known=0.1)),
        ("only links between older articles", "", lambda: ranks.follow_links(past=True)),
        ("control: links led elsewhere", "", lambda: ranks.follow_links(rewired=True)),
    ]


def _cut_plural(word: str) -> str:
    if word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")):
        return f"{word[:-3]}y" if word.endswith("ies") and len(word) > 4 else word[:-1]
    return word
