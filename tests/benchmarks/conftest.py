"""A corpus of a few articles for the benchmarks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SUBJECTS = {
    "budget": (
        "The council passed the harbour budget after a long debate about dredging the channel.",
        "Dredging of the harbour will cost more than planned, the council heard before it voted on repairs.",
        "Fishermen asked the council to pay for quay repairs first and to leave dredging for later.",
    ),
    "football": (
        "The striker scored twice before half time and the keeper saved a penalty.",
        "A penalty in the last minute decided the match; the keeper guessed the wrong corner.",
        "Fans greeted the striker at the station after the team had won the match and the cup.",
    ),
    "weather": (
        "Heavy snow closed the mountain pass and ploughs worked through the night.",
        "Ploughs cleared the mountain road by noon, but more snow is forecast for the weekend.",
        "Skiers waited for hours as snow blocked the road to the pass for the third day.",
    ),
}
"""Three articles on each, which share words but are no near-copies of one another."""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A directory with nine articles on three subjects, and registers of topics and authors."""
    content = tmp_path / "corpus" / "content"
    for number in range(9):
        subject = list(SUBJECTS)[number % 3]
        file = content / f"articles/2026/0{1 + number // 3}/{subject}-{number}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        front = f"title: '{subject.title()}, part {number}'\ndate: 2026-0{1 + number // 3}-1{number}\n"
        front += f"topics: [{subject}]\nauthors: [ann]\n"
        file.write_text(f"---\n{front}---\n{SUBJECTS[subject][number // 3]}\n", encoding="utf-8")
    topics = "".join(f"{subject}: {{title: {subject.title()}}}\n" for subject in SUBJECTS)
    (content / "topics.yml").write_text(topics, encoding="utf-8")
    (content / "authors.yml").write_text("ann: {name: Ann}\n", encoding="utf-8")
    return content.parent


@pytest.fixture
def links(corpus: Path) -> Path:
    """A file of links between the articles of each subject."""
    content = corpus / "content"
    paths = sorted(path.relative_to(content).as_posix() for path in content.rglob("*.md"))
    subject = {path: Path(path).stem.split("-")[0] for path in paths}
    linked = {
        path: [linked_path for linked_path in paths if linked_path != path and subject[linked_path] == subject[path]]
        for path in paths
    }
    file = corpus / "links.json"
    file.write_text(json.dumps(linked), encoding="utf-8")
    return file
