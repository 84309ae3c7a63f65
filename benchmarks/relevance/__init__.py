"""Relevance: how good the related headlines are, measured against links that a newsroom's editors made.

- `score --corpus DIR --links FILE`: the lists scored (nDCG, recall), beside simpler methods; what each signal brings;
  every parameter of the engine over a grid, chosen on one half of the articles and tested on the other. Writes
  `results.md`. `rejected.md` records what was tried and not kept.
- `compare_tools --corpus DIR [--gold FILE]`: lists, seconds and memory beside Hugo's related content,
  mkdocs-related-content-plugin and pelican-similar-posts.

The corpus must be without the links. The file has {"articles/…md": ["articles/…md", …], …}: for an article, those
that a link in the body of either connects with it. Run a module as `python -m benchmarks.relevance.score`.
"""
