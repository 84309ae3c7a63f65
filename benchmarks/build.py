"""Build: Broadsheet beside plain MkDocs with the same theme, extensions and files, in one run, interleaved.

usage: python benchmarks/build.py CONTENT_DIR [ROUNDS]

Plain MkDocs gets the articles as ordinary pages, out of the navigation, as a navigation of thousands would
slow it down without need. It makes no topic, author or archive pages and nothing related.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import yaml
from measure import Run, run_measured

ROOT = Path(__file__).resolve().parent.parent


class _Tagged(yaml.SafeLoader):
    """Reads mkdocs.yml, keeping MkDocs' own tags."""


class _Tag(str):
    """A value behind a tag such as !!python/name."""


_Tagged.add_multi_constructor("tag:yaml.org,2002:python/name:", lambda _, suffix, __: _Tag(suffix))
_Tagged.add_constructor("!ENV", lambda loader, node: loader.construct_sequence(node)[-1])


class _Dumper(yaml.SafeDumper):
    """Writes the tags back."""


_Dumper.add_representer(_Tag, lambda dumper, tag: dumper.represent_scalar(f"tag:yaml.org,2002:python/name:{tag}", ""))


def write_plain_site(articles: Path, target: Path) -> None:
    """Make a plain MkDocs site of a directory of articles, with the project's theme and extensions."""
    config = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Tagged)  # noqa: S506 - a safe loader
    for key in ("hooks", "extra", "nav", "not_in_nav", "repo_url", "edit_uri"):
        config.pop(key, None)
    config["theme"].pop("custom_dir", None)
    config |= {"nav": ["index.md"], "not_in_nav": "/articles/"}
    config["validation"] = {"links": {"not_found": "ignore", "unrecognized_links": "ignore"}}
    (target / "docs").mkdir(parents=True)
    (target / "mkdocs.yml").write_text(yaml.dump(config, Dumper=_Dumper), encoding="utf-8")
    (target / "docs" / "index.md").write_text("# All\n", encoding="utf-8")
    shutil.copytree(articles, target / "docs" / "articles")


def main() -> None:
    """Measure and print the table."""
    content = Path(sys.argv[1]).resolve()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    mkdocs = str(Path(sys.executable).with_name("mkdocs"))
    runs: dict[str, list[Run]] = {"plain MkDocs": [], "Broadsheet": []}
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        write_plain_site(content / "articles", place / "plain")
        env = {"BROADSHEET_CONTENT": str(content), "NO_MKDOCS_2_WARNING": "1"}
        for number in range(rounds):
            print(f"round {number + 1} of {rounds} …", file=sys.stderr, flush=True)
            runs["plain MkDocs"].append(run_measured([mkdocs, "build", "-q"], place / "plain", env))
            command = [mkdocs, "build", "-q", "-f", str(ROOT / "mkdocs.yml"), "-d", str(place / "ours")]
            runs["Broadsheet"].append(run_measured(command, place, env))
        pages = {"plain MkDocs": place / "plain" / "site", "Broadsheet": place / "ours"}
        counts = {name: sum(1 for _ in site.rglob("index.html")) for name, site in pages.items()}
    plain = statistics.median(run.seconds for run in runs["plain MkDocs"])
    print("| | pages | seconds (median) | peak MB | time against plain |\n|---|---:|---:|---:|---:|")
    for name, measured in runs.items():
        seconds = statistics.median(run.seconds for run in measured)
        peak = max(run.megabytes for run in measured)
        print(f"| {name} | {counts[name]:,} | {seconds:.1f} | {peak:.0f} | {seconds / plain:.2f} |")


if __name__ == "__main__":
    main()
