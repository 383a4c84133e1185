"""The packet: one self-contained HTML file made from a scope's executed notebooks."""

from __future__ import annotations

import datetime as dt
import hashlib
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import markdown2html
from nbconvert.preprocessors import TagRemovePreprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from papermill.execute import ERROR_MARKER_TAG
from traitlets import default
from traitlets.config import Config

import kit
from kit.data.discreet import NAMING
from kit.parameters import dump
from kit.publish.chapters import SHOWN, ChaptersPreprocessor, safe_html
from kit.publish.executed import INJECTED
from kit.settings import Settings
from kit.show.style import CSS
from kit.show.words import Words

TEMPLATES = Path(__file__).resolve().parent / "templates"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
LANGUAGES = ("en", "zh")
HIDDEN = ("parameters", INJECTED, "analyst", ERROR_MARKER_TAG)
_PACKAGES = (
    "pandas", "numpy", "duckdb", "pyarrow", "scipy", "scikit-learn", "seaborn", "matplotlib",
    "holidays", "papermill", "nbconvert",
)  # fmt: skip
_KEYS = ("contents", "at_a_glance", "foot", "snapshot", "parameters", "parameters_hash",
         "versions", "company", "region", "team", "rep", "role")  # fmt: skip


@dataclass(frozen=True)
class PacketFacts:
    """What the frame of a packet says.

    Parameters
    ----------
    company, title, kind, period : str
        The company's and the scope's names for the eye, the scope's kind, the period's name.
    as_of : date
    language : str
        `en` or `zh`.
    currency : str
    snapshot : str
        Hash of the data.
    parameters : mapping of str to str
        The resolved parameters, as `readable_parameters` gives them.
    parameters_hash : str
    versions : mapping of str to str
    role : str
        Whose sections are shown; empty: everybody's.
    sections : tuple of str or None
        Their names; None: all.
    """

    company: str
    title: str
    kind: str
    period: str
    as_of: dt.date
    language: str
    currency: str
    snapshot: str
    parameters: Mapping[str, str]
    parameters_hash: str
    versions: Mapping[str, str]
    role: str = ""
    sections: tuple[str, ...] | None = None


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


def render(notebooks: Iterable[NotebookNode], facts: PacketFacts) -> str:
    """Lay executed notebooks out as one HTML page.

    Parameters
    ----------
    notebooks : iterable of NotebookNode
        In reading order. Of cells tagged `lang-en` and `lang-zh` the chosen language stays; the
        outputs of cells tagged `headline` come first; cells tagged `parameters` or `analyst`,
        code, streams, errors and widgets are left out, and for a role what is not in its sections.
    facts : PacketFacts

    Returns
    -------
    str
        HTML with no script and no request to anywhere.
    """
    words = Words(facts.language, facts.currency)
    others = {f"lang-{one}" for one in LANGUAGES if one != facts.language}
    cells = [cell for notebook in notebooks for cell in notebook.cells]
    merged = new_notebook(
        cells=[NotebookNode({**cell, "id": str(number)}) for number, cell in enumerate(cells)]
    )
    exporter = PacketExporter(
        template_name="packet",
        extra_template_basedirs=[str(TEMPLATES)],
        default_preprocessors=[],
        preprocessors=[
            TagRemovePreprocessor(remove_cell_tags={*HIDDEN, *others}, enabled=True),
            ChaptersPreprocessor(
                glance=words.t("packet.at_a_glance"),
                only=None if facts.sections is None else list(facts.sections),
                enabled=True,
            ),
        ],
    )
    resources = {
        "facts": facts,
        "lang": html_language(facts.language),
        "policy": POLICY,
        "css": stylesheet("packet"),
        "words": {f"packet.{key}": words.t(f"packet.{key}") for key in _KEYS},
        "period": words.period(facts.period),
        "as_of": words.t("packet.as_of", when=facts.as_of),
        "role": words.term("role", facts.role) if facts.role else "",
    }
    foot = dict.fromkeys((facts.company, facts.title, resources["period"], resources["as_of"]))
    resources["foot"] = css_text(" · ".join(foot))
    page, _ = exporter.from_notebook_node(merged, resources)
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


def readable_parameters(settings: Settings, *, kind: str = "company") -> dict[str, str]:
    """The resolved parameters as dotted keys and text; where the data lie is left out.

    For scopes of another kind than the company, so are those that name people or parts of it.

    Examples
    --------
    >>> found = readable_parameters(Settings(company="sample", data_dir="data"))
    >>> found["targets.growth"], found["track.red"], "data_dir" in found
    ('0.08', '0.8', False)
    """
    found: dict[str, str] = {}

    def walk(at: str, value: Any) -> None:
        if isinstance(value, Mapping) and value:
            for key, below in value.items():
                walk(f"{at}.{key}" if at else str(key), below)
        elif isinstance(value, list | tuple):
            found[at] = ", ".join(str(one) for one in value) or "–"
        else:
            found[at] = "–" if value in (None, "", {}) else str(value)

    told = settings.model_dump(mode="json", exclude={"sources", "data_dir"})
    if kind != "company":
        told["targets"] = {one: at for one, at in told["targets"].items() if one not in NAMING}
    walk("", told)
    return found


def parameters_hash(settings: Settings, **more: str) -> str:
    """Hash of all that decides a packet beside the data: settings, period, scope and the like."""
    text = dump(settings.model_copy(update={"data_dir": ""}))
    text += "".join(f"\n{name}={value}" for name, value in sorted(more.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    found = [("kit", kit.__version__), ("Python", ".".join(platform.python_version_tuple()[:2]))]
    for name in _PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)


def versions() -> dict[str, str]:
    """Versions of the kit, of Python and of the packages that figures and pages come from."""
    return dict(_versions())


def _alt(output: NotebookNode) -> str:
    for found in output.metadata.values():
        if isinstance(found, Mapping) and "alt" in found:
            return re.sub(r"\s+", " ", str(found["alt"]))
    return ""
