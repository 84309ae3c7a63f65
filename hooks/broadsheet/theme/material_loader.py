"""Loader of Material's templates that corrects one error in its `base.html`.

Material sets `autocomplete="off"` on the checkboxes that open drawer and search, so that Firefox does not open them
again after a reload (https://github.com/squidfunk/mkdocs-material/issues/1513). HTML does not allow the attribute on a
checkbox, but on the form that the checkbox belongs to, and Firefox obeys it there too. The checkboxes stand in no block
of the template and Material is no longer maintained, so there is no public way to change them: without this file every
page would have an error of the Nu HTML checker.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from jinja2 import Environment, FileSystemLoader

_FORM_ID = "bs-toggles"
_FIRST_TOGGLE = '<input class="md-toggle"'
_TOGGLE = re.compile(rf'({_FIRST_TOGGLE}[^>]*) autocomplete="off">')


class MaterialLoader(FileSystemLoader):
    """Loads the theme's templates; in `base.html` the attribute `autocomplete` moves from checkboxes to a form."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The text of a template, its file, and a function that tells whether the file is unchanged."""
        text, path, is_current = super().get_source(environment, template)
        if template == "base.html":
            form = f'<form id="{_FORM_ID}" autocomplete="off" hidden></form>\n    '
            text = _TOGGLE.sub(rf'\1 form="{_FORM_ID}">', text)
            text = text.replace(_FIRST_TOGGLE, f"{form}{_FIRST_TOGGLE}", 1)
        return text, path, is_current
