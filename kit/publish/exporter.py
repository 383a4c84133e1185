"""Executed notebooks put through a template of the kit: one self-contained HTML page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import markdown2html
from nbconvert.preprocessors import Preprocessor, TagRemovePreprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from papermill.execute import ERROR_MARKER_TAG
from traitlets import default
from traitlets.config import Config

from kit.publish.chapters import SHOWN, safe_html
from kit.publish.executed import INJECTED
from kit.show.style import CSS

TEMPLATES = Path(__file__).resolve().parent / "templates"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
LANGUAGES = ("en", "zh")
HIDDEN = ("parameters", INJECTED, "analyst", ERROR_MARKER_TAG)


class CompiledTemplates(BytecodeCache):
    """Keeps what templates compile to for the life of the process: each packet is a new exporter.

    jinja2 looks at the source before it takes what is kept.
    """

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was kept of a template, if anything was."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a template compiled to."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


@cache
def _compiled() -> CompiledTemplates:
    return CompiledTemplates()


class PacketExporter(TemplateExporter):
    """nbconvert's exporter with the kit's template, autoescape on and scripts left out."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _html(self):
        return ".html"

    @property
    def default_config(self):
        """The forms of an output in the order in which the packet prefers them."""
        config = Config({"NbConvertBase": {"display_data_priority": list(SHOWN)}})
        inherited = super().default_config.copy()
        inherited.merge(config)
        return inherited

    def default_filters(self):
        """nbconvert's filters and those of the template."""
        yield from super().default_filters()
        yield "packet_markdown", lambda text: safe_html(markdown2html(text))
        yield "inline_svg", lambda text: safe_html(text[max(text.find("<svg"), 0) :])
        yield "image_alt", lambda output: _alt(output)
        yield "one_line", lambda text: "".join(text.split())

    def _create_environment(self):
        environment = super()._create_environment()
        environment.autoescape = True
        environment.bytecode_cache = _compiled()
        return environment


def export(
    notebooks: Iterable[NotebookNode],
    template: str,
    *,
    language: str,
    arrange: Preprocessor,
    resources: Mapping[str, Any],
) -> str:
    """Put the cells of executed notebooks, arranged for reading, through a template.

    Parameters
    ----------
    notebooks : iterable of NotebookNode
        In reading order. Of cells tagged `lang-en` and `lang-zh` the chosen language stays; cells
        tagged `parameters` or `analyst` are left out.
    template : str
        Folder below `templates/`.
    language : str
    arrange : Preprocessor
        Lays the cells out, such as `kit.publish.chapters.ChaptersPreprocessor`.
    resources : mapping
        What the template says beside the cells.

    Returns
    -------
    str
        HTML with no script and no request to anywhere.
    """
    others = {f"lang-{one}" for one in LANGUAGES if one != language}
    cells = [cell for notebook in notebooks for cell in notebook.cells]
    merged = new_notebook(
        cells=[NotebookNode({**cell, "id": str(number)}) for number, cell in enumerate(cells)]
    )
    exporter = PacketExporter(
        template_name=template,
        extra_template_basedirs=[str(TEMPLATES)],
        default_preprocessors=[],
        preprocessors=[
            TagRemovePreprocessor(remove_cell_tags={*HIDDEN, *others}, enabled=True),
            arrange,
        ],
    )
    told = {"lang": html_language(language), "policy": POLICY, **resources}
    page, _ = exporter.from_notebook_node(merged, told)
    return page.strip() + "\n"


def html_language(language: str) -> str:
    """A language as HTML names it.

    Examples
    --------
    >>> html_language("zh"), html_language("en")
    ('zh-CN', 'en')
    """
    return {"zh": "zh-CN"}.get(language, language)


def css_text(text: str) -> str:
    r"""A text as a CSS string; what is no letter, digit or blank is escaped.

    Examples
    --------
    >>> print(css_text('East "1"</style>'))
    "East \22 1\22 \3c \2f style\3e "
    """
    return '"' + re.sub(r"[^\w ]", lambda found: f"\\{ord(found[0]):x} ", text) + '"'


def stylesheet(page: str) -> str:
    """The styles of a page: those of what notebooks show, and those of the page's layout."""
    layout = [(TEMPLATES / f"{name}.css").read_text(encoding="utf-8") for name in ("page", page)]
    return "\n".join([CSS.strip(), *(one.strip() for one in layout)])


def _alt(output: NotebookNode) -> str:
    for found in output.metadata.values():
        if isinstance(found, Mapping) and "alt" in found:
            return re.sub(r"\s+", " ", str(found["alt"]))
    return ""
