"""Mishaps: what stopped a build, on one line for whoever has to mend it."""

from __future__ import annotations

import errno
import logging
import os
import traceback
from collections.abc import Collection, Sequence
from pathlib import Path

import yaml
from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError
from mkdocs.exceptions import ConfigurationError, PluginError

from broadsheet.content import explain_yaml_error
from broadsheet.core import Problem, escape_unprintable, pluralize

_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "note": logging.INFO}
_DISK_FAULTS = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG),
    *(errno.EACCES, errno.EPERM, errno.ENOENT, errno.EMFILE, errno.ENFILE),
}


def report_problems(
    problems: Sequence[Problem],
    log: logging.LoggerAdapter[logging.Logger],
    *,
    strict: bool,
    serving: bool,
    told: Collection[Problem] = (),
) -> None:
    """Log what is wrong with the content; a build ends with it, a server does not.

    Of warnings that the last build has `told`, only how many there are: among thousands nobody finds a new one.

    Raises:
        PluginError: when there is an error (a warning, if `strict`) and nobody is serving.

    """
    known = {one for one in problems if one.severity != "error"}.intersection(told)
    for problem in problems:
        if problem not in known:
            log.log(_LEVELS[problem.severity], str(problem))
    warnings = sum(one.severity == "warning" for one in known)
    if warnings:
        log.info("%s as before: 'broadsheet check' lists all", pluralize(warnings, "warning"))
    if serving:
        return
    errors, warnings = (sum(one.severity == kind for one in problems) for kind in ("error", "warning"))
    if errors:
        raise PluginError(f"{pluralize(errors, 'error')} in the content, see above: nothing was built")
    if strict and warnings:
        raise PluginError(f"{pluralize(warnings, 'warning')} in the content, see above: strict, so nothing was built")


def explain_disk_fault(error: BaseException) -> str:
    """What is wrong with the disk, or with who may write there, on one line; '' when it is something else."""
    if not isinstance(error, OSError) or error.errno not in _DISK_FAULTS:
        return ""
    reason = error.strerror or _name(error)
    # Of a copy it is the file to be written.
    name = error.filename2 or error.filename
    return _place(name, 0, reason) if isinstance(name, str) else escape_unprintable(reason)


def explain_exception(error: BaseException) -> str:
    """What a user has done wrong, with file and line; '' for what is no user's mistake, or has been told already."""
    cause = error.__cause__ or error.__context__
    if isinstance(error, ConfigurationError):
        return _explain_settings(cause) or escape_unprintable(error.format_message())
    if isinstance(error, TemplateSyntaxError):
        return _place(error.filename or error.name or "a template", error.lineno, error.message or "")
    frames = traceback.extract_tb(error.__traceback__)
    template = next((frame for frame in reversed(frames) if _is_template(frame.filename)), None)
    if template is not None and (isinstance(error, TemplateError) or template is frames[-1]):
        return _place(template.filename, template.lineno or 0, _name(error))
    if isinstance(error, TemplateError):
        return escape_unprintable(_name(error))
    if isinstance(error, OSError) and isinstance(error.filename, str):
        return _place(error.filename, 0, error.strerror or _name(error))
    return ""


def _explain_settings(cause: BaseException | None) -> str:
    if not isinstance(cause, yaml.MarkedYAMLError) or cause.problem_mark is None:
        return ""
    path = Path(cause.problem_mark.name)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    return str(explain_yaml_error(cause, None, lines, _relate(str(path)), 1)) if lines else ""


def _is_template(name: str) -> bool:
    """Jinja puts templates into the traceback under their own names."""
    return not name.endswith(".py") and Path(name).is_file()


def _name(error: BaseException) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template '{error.name}'"
    return str(error) if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"


def _place(name: str, line: int, message: str) -> str:
    return str(Problem(_relate(name), line, 0, "", message.strip()[:300]))


def _relate(name: str) -> str:
    """A file's name as one would type it from the current directory."""
    return Path(os.path.relpath(name)).as_posix() if Path(name).is_absolute() else name
