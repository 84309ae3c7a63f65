"""Speed: seconds and memory of builds, of serving, and of ranking related headlines.

- `builds CORPUS`: cold builds beside plain MkDocs, Material's blog plugin, Hugo and Zensical; for Broadsheet also
  builds with nothing changed, after one edit, after a change to a template, and the time from saving a file to the
  new page under `mkdocs serve`. `--sizes 1 5 20` multiplies the articles of the corpus.
- `compare_commits OLD NEW CORPUS`: the same builds with two checkouts of this repository, and their sites byte by byte.
- `related_scale CORPUS [SIZE …]`: the ranking alone, up to 100,000 articles.

CORPUS is a content directory, or a directory with one inside. Run a module as `python -m benchmarks.speed.builds`.
"""
