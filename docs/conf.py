"""How Sphinx builds these pages: Markdown by MyST, the furo theme, warnings are errors."""

from importlib.metadata import version as installed_version

project = "mapix"
author = "the mapix authors"
project_copyright = "the mapix authors, Apache-2.0"
release = version = installed_version("mapix")

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 3
myst_enable_extensions = ["deflist", "colon_fence"]
suppress_warnings = ["epub.unknown_project_files"]

html_theme = "furo"
html_title = f"mapix {version}"
