"""Benchmarks: how fast Broadsheet builds, and how good its related headlines are.

`benchmarks.speed` measures builds, serving and ranking; `benchmarks.relevance` scores related headlines. Run a module
from the root of the repository, as `python -m benchmarks.speed.builds CORPUS`, or use the targets `make bench…`.
"""
