"""Fingerprint: it changes with all that a site is made of beside its content, and with nothing that is by the way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from broadsheet.mkdocs_site.site_digest import digest_engine, digest_environment, digest_site, make_setup
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Link, Navigation, Section
from sites import ROOT, MakeSite, Site, clean_environment

HOOK = "def on_config(config):\n    return config\n"
EXTENSION = """
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

class Style(Preprocessor):
    def run(self, lines):
        return [line.replace("colour", "color") for line in lines]

class StyleExtension(Extension):
    def extendMarkdown(self, md):
        md.preprocessors.register(Style(md), "style", 1)

def makeExtension(**config):
    return StyleExtension(**config)
"""


@pytest.fixture
def site(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site with a hook and a template of its own."""
    return furnish(make_site(), monkeypatch)


def furnish(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    for name, value in clean_environment().items():
        monkeypatch.setenv(name, value)
    site.write("own_hook.py", HOOK)
    site.write("overrides/main.html", '{% extends "base.html" %}')
    site.write("overrides/partials/copyright.html", "Ours.")
    configure(site)
    return site


def configure(site: Site, **changes: Any) -> None:
    site.configure(**{"hooks": [str(ROOT / "hooks/entry.py"), "own_hook.py"], **changes})


def load(site: Site) -> MkDocsConfig:
    return load_config(str(site.root / "mkdocs.yml"))


NAV = Navigation([Link("About", "about/"), Section("More", [Link("Team", "team/")])], [])


def stamp(
    site: Site, nav: Navigation = NAV, registers: dict[str, bytes] | None = None, more: tuple[str, ...] = ("en_GB",)
) -> bytes:
    return digest_site(load(site), nav, {"topics.yml": b"world: {}"} if registers is None else registers, more)


CHANGES: dict[str, Callable[[Site], object]] = {
    "the site's name": lambda site: configure(site, site_name="Other"),
    "its address": lambda site: configure(site, site_url="https://other.example/"),
    "its copyright": lambda site: configure(site, copyright="Ours."),
    "the repository": lambda site: configure(site, repo_url="https://github.com/other/paper"),
    "a setting of the engine": lambda site: configure(site, broadsheet={"per_page": 7}),
    "a setting of the templates": lambda site: configure(site, extra={"note": [{"a": 1}]}),
    "the navigation": lambda site: configure(site, nav=[{"About us": "about.md"}]),
    "a feature of the theme": lambda site: configure(site, theme={"name": "material", "features": ["navigation.top"]}),
    "an extension": lambda site: configure(site, markdown_extensions=["toc"]),
    "an option of an extension": lambda site: configure(site, markdown_extensions=[{"toc": {"permalink": True}}]),
    "a style sheet": lambda site: configure(site, extra_css=["extra.css"]),
    "a script": lambda site: configure(site, extra_javascript=["extra.js"]),
    "a plugin": lambda site: configure(site, plugins=["search"]),
    "an option of a plugin": lambda site: configure(site, plugins=[{"search": {"lang": "fr"}}]),
    "no hook": lambda site: configure(site, hooks=[str(ROOT / "hooks/entry.py")]),
    "a template": lambda site: site.write("overrides/main.html", '{% extends "base.html" %}{# Changed. #}'),
    "a template of a template": lambda site: site.write("overrides/partials/copyright.html", "Theirs."),
    "a new template": lambda site: site.write("overrides/broadsheet/macros.html", ""),
    "no template": lambda site: (site.root / "overrides/partials/copyright.html").unlink(),
    "a template's name": lambda site: (site.root / "overrides/main.html").rename(site.root / "overrides/other.html"),
    "an icon": lambda site: site.write("overrides/.icons/paper/ferry.svg", "<svg/>"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_site_s_stamp_changes_with(what: str, site: Site) -> None:
    before = stamp(site)
    CHANGES[what](site)
    assert stamp(site) != before


def test_a_template_in_a_linked_directory_counts(site: Site, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "note.html").write_text("One.")
    (site.root / "overrides/shared").symlink_to(shared)
    before = stamp(site)
    (shared / "note.html").write_text("Two.")
    assert stamp(site) != before


def test_a_site_s_stamp_changes_with_registers_navigation_and_more(site: Site) -> None:
    team = Link("Team", "team/")
    stamps = [
        stamp(site),
        stamp(site, registers={}),
        stamp(site, registers={"topics.yml": b"world: {title: World}"}),
        stamp(site, registers={"authors.yml": b"world: {}"}),
        stamp(site, more=()),
        stamp(site, more=("fr",)),
        stamp(site, Navigation([], [])),
        stamp(site, Navigation([Link("About", "about/"), Section("More", [Link("Team", "us/")])], [])),
        stamp(site, Navigation([Link("About", "about/"), Section("More", [Link("Us", "team/")])], [])),
        stamp(site, Navigation([Link("About", "about/"), Section("Less", [team])], [])),
    ]
    assert len(set(stamps)) == len(stamps)


def test_a_site_s_stamp_changes_with_what_stands_below_what_in_the_navigation(site: Site) -> None:
    about, team = Link("About", "about/"), Link("Team", "team/")
    first = stamp(site, Navigation([Section("More", [about]), team], []))
    assert stamp(site, Navigation([Section("More", [about, team])], [])) != first


SAME: dict[str, Callable[[Site], object]] = {
    "nothing": lambda site: None,
    "a page": lambda site: site.write("docs/about.md", "# About\n\nOther words.\n"),
    "an article": lambda site: site.article("talks"),
    "the place of the site": lambda site: configure(site, site_dir="public"),
    "what is watched": lambda site: configure(site, watch=["overrides"]),
    "the time of a template": lambda site: os.utime(site.root / "overrides/main.html", (1, 1)),
    "compiled code": lambda site: site.write("overrides/__pycache__/x.pyc", b"\0"),
    "the order of settings": lambda site: configure(site, extra_css=[], copyright=None),
}


@pytest.mark.parametrize("what", SAME)
def test_a_site_s_stamp_does_not_change_with(what: str, site: Site) -> None:
    before = stamp(site)
    SAME[what](site)
    assert stamp(site) == before


def test_a_site_s_stamp_does_not_depend_on_its_directory(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one = furnish(make_site(), monkeypatch)
    shutil.copytree(one.root, tmp_path / "another place" / "paper")
    other = object.__new__(Site)
    other.root = tmp_path / "another place" / "paper"
    assert stamp(one) == stamp(other)


def test_where_templates_may_show_anything_the_site_s_own_pages_count(site: Site) -> None:
    site.write("overrides/main.html", "{% for file in pages %}{{ file.page.content | length }}{% endfor %}")
    before = stamp(site)
    site.write("docs/about.md", "# About\n\nOther words.\n")
    assert stamp(site) != before


# In processes of their own.

SCRIPT = """
    import json, sys
    from mkdocs.config import load_config
    from mkdocs.structure.nav import Navigation
    from broadsheet.mkdocs_site.site_digest import make_setup, stamp_code, stamp_engine, stamp_site
    from broadsheet.core.serialization import digest
    config = load_config("mkdocs.yml")
    setup = make_setup(config)
    site = stamp_site(config, Navigation([], []), {"topics.yml": b"world: {}"}, ["en"])
    print(json.dumps([stamp_code(), stamp_engine(), site.hex(), setup.code_digest, digest(setup.pickled).hex()]))
"""


def stamps(site: Site, script: str = SCRIPT, **environment: str) -> list[str]:
    """The stamps of a site as another process finds them: of code, engine, site and extensions, and the setup."""
    path = os.pathsep.join([str(ROOT / "hooks"), str(site.root)])
    output = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=site.root,
        env=clean_environment(PYTHONPATH=path, PYTHONDONTWRITEBYTECODE="1", **environment),
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    ).stdout
    found: list[str] = json.loads(output)
    return found


def test_two_processes_find_the_same_whatever_the_seed_of_their_hashes(site: Site) -> None:
    configure(site, extra={"a": {"x": 1, "y": [1, 2]}, "b": None}, not_in_nav="/a\n/b", theme={"name": "material"})
    assert stamps(site, PYTHONHASHSEED="1") == stamps(site, PYTHONHASHSEED="2")


def test_the_code_of_an_extension_of_the_site_s_own_counts(site: Site) -> None:
    site.write("house_style.py", EXTENSION)
    configure(site, markdown_extensions=["house_style"])
    *_, first, packed = stamps(site)
    site.write("house_style.py", EXTENSION.replace("color", "hue"))
    *_, second, again = stamps(site)
    assert first != second
    assert packed == again


def test_the_code_of_a_hook_counts(site: Site) -> None:
    first = stamps(site)[2]
    site.write("own_hook.py", f"{HOOK}# Changed.\n")
    assert stamps(site)[2] != first


# The site's own code imports more of it: where, how, and from where.
IMPORTS: dict[str, tuple[str, str]] = {
    "a module of the package": ("from ext_pkg.helper import MARK", "ext_pkg/helper.py"),
    "a module beside it": ("from .helper import MARK", "ext_pkg/helper.py"),
    "a module of a package below": ("from .deep.helper import MARK", "ext_pkg/deep/helper.py"),
    "a module of a package that is none by its files": ("from spread.helper import MARK", "spread/helper.py"),
    "a module above it": ("from .deep.lower import MARK", "ext_pkg/helper.py"),
    "another package": ("import other.helper as other\nMARK = other.MARK", "other/helper.py"),
    "a module that is imported late": ("def find():\n    import late\n    return late.MARK\nMARK = 1", "late.py"),
    "a file that it reads": ("from pathlib import Path\nMARK = Path(__file__).parent", "ext_pkg/words.txt"),
}


@pytest.mark.parametrize("what", IMPORTS)
def test_what_the_code_of_an_extension_imports_counts(what: str, site: Site) -> None:
    line, path = IMPORTS[what]
    for package in ("ext_pkg", "ext_pkg/deep", "other"):
        site.write(f"{package}/__init__.py", "")
    site.write("ext_pkg/deep/lower.py", "from .. import helper\nMARK = helper\n")
    site.write(path, "MARK = 1\n")
    site.write("ext_pkg/__init__.py", f"{line}\n{EXTENSION}")
    configure(site, markdown_extensions=["ext_pkg"])
    first = stamps(site)[3]
    assert stamps(site)[3] == first
    site.write(path, "MARK = 2\n")
    assert stamps(site)[3] != first


@pytest.mark.parametrize("path", ["hooks/helper.py", "hooks/tools/helper.py", "hooks/tools/more/helper.py"])
def test_what_the_code_of_a_hook_imports_counts(path: str, site: Site) -> None:
    name = path.removeprefix("hooks/").removesuffix(".py").replace("/", ".")
    site.write("hooks/mine.py", f"from {name} import MARK\n{HOOK}")
    site.write(path, "MARK = 1\n")
    configure(site, hooks=[str(ROOT / "hooks/entry.py"), "hooks/mine.py"])
    first = stamps(site)[2]
    assert stamps(site)[2] == first
    site.write(path, "MARK = 2\n")
    assert stamps(site)[2] != first


def test_what_the_module_that_a_helper_imports_imports_counts(site: Site) -> None:
    site.write("hooks/mine.py", f"import one.first\n{HOOK}")
    site.write("hooks/one/first.py", "import two.second, two.wrong\n")
    site.write("hooks/two/second.py", "import one.first\n")
    site.write("hooks/two/wrong.py", "")
    configure(site, hooks=[str(ROOT / "hooks/entry.py"), "hooks/mine.py"])
    first = stamps(site)[2]
    site.write("hooks/two/second.py", "import one.first\nMARK = 2\n")
    assert stamps(site)[2] != first


def test_the_code_of_a_function_that_an_extension_is_given_counts(site: Site) -> None:
    site.write("house_slugs.py", "def slugify(text, separator):\n    return text.lower()\n")
    site.write(
        "mkdocs.yml",
        (site.root / "mkdocs.yml").read_text(encoding="utf-8")
        + "markdown_extensions:\n- toc:\n    slugify: !!python/name:house_slugs.slugify\n",
    )
    first = stamps(site)[3]
    site.write("house_slugs.py", "def slugify(text, separator):\n    return text.upper()\n")
    assert stamps(site)[3] != first


def test_an_icon_of_the_site_s_own_that_bodies_show_counts(site: Site) -> None:
    emoji = {"pymdownx.emoji": {"options": {"custom_icons": ["overrides/.icons"]}}}
    site.write("overrides/.icons/paper/ferry.svg", "<svg/>")
    configure(site, markdown_extensions=[emoji])
    first = stamps(site)[3]
    site.write("overrides/.icons/paper/ferry.svg", "<svg><path/></svg>")
    assert stamps(site)[3] != first


EDITED = """
    import json
    from pathlib import Path
    from mkdocs.config import load_config
    from broadsheet.edition.render_articles import get_renderer
    from broadsheet.mkdocs_site.site_digest import make_setup
    from broadsheet.rendering.links import LinkMap
    from makers import make_article
    found = []
    for _ in range(2):
        setup = make_setup(load_config("mkdocs.yml"))
        body = find_renderer(setup).render(make_article("talks", body="A colour."), LinkMap(), "talks.md")
        found += [setup.code_digest, body.html]
        path = Path("house_style.py")
        path.write_text(path.read_text().replace("color", "hue"))
    print(json.dumps(found))
"""


def test_a_server_never_takes_what_old_code_has_made_for_what_new_code_makes(site: Site) -> None:
    """Python reads a module once: a stamp of what stands in its file now would be kept with what it made before."""
    site.write("house_style.py", EXTENSION)
    configure(site, markdown_extensions=["house_style"])
    first, html, second, later = stamps(site, f"    import sys\n    sys.path.append({str(ROOT / 'tests')!r})\n{EDITED}")
    assert (first == second) == (html == later)


def test_the_engine_s_own_stamp_is_of_its_code_and_its_surroundings(tmp_path: Path, site: Site) -> None:
    assert digest_engine() != digest_environment()
    copy = tmp_path / "hooks"
    shutil.copytree(ROOT / "hooks", copy, ignore=shutil.ignore_patterns("__pycache__"))
    script = f"    import sys\n    sys.path.insert(0, {str(copy)!r})\n{SCRIPT}"
    here, there = stamps(site), stamps(site, script)
    assert here[:2] == there[:2], "where the engine lies does not matter"
    (copy / "broadsheet" / "slugs.py").write_text((copy / "broadsheet" / "slugs.py").read_text() + "# Changed.\n")
    code, engine, own, *_ = stamps(site, script)
    assert (code == here[0], engine == here[1], own == here[2]) == (False, False, False)
    packages = tmp_path / "packages"
    (packages / "other-1.0.dist-info").mkdir(parents=True)
    code, engine, *_ = stamps(site, f"    import sys\n    sys.path.append({str(packages)!r})\n{SCRIPT}")
    assert (code == here[0], engine == here[1]) == (True, False)


def test_how_markdown_is_rendered_can_be_told_to_another_process(site: Site) -> None:
    setup = make_setup(load(site))
    assert setup.pickled
    assert setup.is_self_contained
    configure(site, markdown_extensions=["pymdownx.snippets"])
    assert not make_setup(load(site)).is_self_contained
