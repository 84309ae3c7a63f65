"""Broadsheet: a newspaper in a git repository. The engine that MkDocs' hooks and the command line use."""

__version__ = "0.1.0"
__all__ = ["__version__"]
