"""The look of figures, tables and cards, the same in a notebook and in a packet."""

from __future__ import annotations

from kit.show.figures.svg import FONTS
from kit.show.palette import ACTUAL, BAD, GOOD, INK, MUTED, RULE, WARN
from kit.show.view import View

_SCREEN = """
.kit-figure, .kit-table, .kit-position, .kit-reasons, .kit-doing, .kit-note, .kit-sentence,
.kit-points, .kit-title, .kit-story, .kit-meeting {
  font-family: FONTS; color: INK; line-height: 1.45; -webkit-text-size-adjust: 100%;
}
.kit-figure { margin: .6rem 0 .9rem; max-width: 36rem; break-inside: avoid; }
.kit-figure figcaption, .kit-table caption, .kit-title {
  font-size: 1.02rem; font-weight: 650; text-align: left; margin: 0 0 .5rem; padding: 0;
  caption-side: top; text-wrap: pretty;
}
.kit-figure svg { display: block; width: 100%; height: auto; max-width: 100%; }
.kit-note { margin: .35rem 0 0; font-size: .82rem; color: MUTED; }
.kit-missing { padding: .5rem .8rem; border-left: 3px solid RULE; font-size: .92rem; }
.kit-sentence { margin: .6rem 0; max-width: 44rem; }
.kit-story { margin: .6rem 0 1rem; max-width: 46rem; text-wrap: pretty; }
.kit-said .kit-section { color: inherit; text-decoration: none; }
.kit-said .kit-section:hover { text-decoration: underline; }
.kit-meeting ul, .kit-meeting ol { margin: 0; padding-left: 1.2rem; }
.kit-meeting .kit-wanted ul { padding-left: 0; list-style: none; }
.kit-meeting li { padding: .2rem 0; break-inside: avoid; }
.kit-well, .kit-poorly, .kit-wanted { margin: 0 0 1.1rem; }
.kit-meeting .kit-title { border-bottom: 1.5px solid INK; padding-bottom: .25rem; margin: 0 0 .3rem; }
.kit-meeting caption { border: 0; }
.kit-points { margin: .4rem 0 1rem; padding-left: 1.3rem; max-width: 44rem; }
.kit-quiet { color: MUTED; font-size: .86rem; }
.kit-stack > * { display: block; }
.kit-columns {
  display: grid; gap: 0 2.5rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
}
.kit-table { margin: .6rem 0 .9rem; max-width: 100%; }
.kit-scroll { overflow-x: auto; max-width: 100%; }
.kit-table table {
  border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; min-width: 20rem;
  margin: 0; border: 0; background: none;
}
.kit-table table th, .kit-table table td {
  padding: .42rem .75rem; text-align: left !important; vertical-align: top; border: 0;
  border-bottom: 1px solid RULE; background: none; color: inherit; max-width: 30rem;
}
.kit-table table tr { background: none !important; }
.kit-table table th:first-child, .kit-table table td:first-child { padding-left: 0; }
.kit-table table thead th {
  font-weight: 600; font-size: .8rem; color: MUTED; border-bottom: 1.5px solid INK;
  vertical-align: bottom; line-height: 1.25; word-break: keep-all;
}
.kit-table tbody th { font-weight: 500; min-width: 8.5rem; overflow-wrap: anywhere; }
.kit-narrow table { font-size: .85rem; }
.kit-narrow table th, .kit-narrow table td { padding: .42rem .56rem; }
.kit-narrow tbody th { min-width: 5rem; }
.kit-table table .n { text-align: right !important; }
.kit-table td { white-space: nowrap; }
.kit-long { display: block; min-width: 12rem; white-space: normal; }
.kit-status { white-space: nowrap; font-weight: 600; }
.kit-status > span { display: inline-block; min-width: 1.05em; text-align: center; }
.kit-green, .kit-yes, .kit-done, .kit-reached { color: GOOD; }
.kit-amber, .kit-near { color: WARN; }
.kit-red, .kit-no, .kit-overdue { color: BAD; }
.kit-no_target, .kit-unknown { color: MUTED; }
.kit-position { margin: .4rem 0 1.4rem; }
.kit-kicker { margin: 0; font-size: .95rem; font-weight: 600; color: MUTED; }
.kit-kicker span { font-weight: 400; white-space: nowrap; }
.kit-big {
  margin: .1rem 0 0; font-size: clamp(1.25rem, 1rem + 1.3vw, 1.7rem); line-height: 1.25;
  font-weight: 650; letter-spacing: -.01em; text-wrap: balance;
}
.kit-lead { margin: .2rem 0 0; font-size: 1.08rem; }
.kit-meter { display: block; width: 100%; height: 20px; margin: .8rem 0 0; }
.kit-legend { margin: .1rem 0 0; }
.kit-cards {
  display: grid; gap: .6rem; grid-template-columns: repeat(auto-fit, minmax(8.2rem, 1fr));
  margin-top: .8rem;
}
.kit-card {
  padding: .65rem .85rem .7rem; border: 1px solid RULE; border-top: 3px solid INK;
  border-radius: 2px; break-inside: avoid; min-width: 0;
}
.kit-card p { margin: 0; }
.kit-label { font-size: .82rem; color: MUTED; }
.kit-value {
  font-size: 1.55rem; line-height: 1.25; font-weight: 650; letter-spacing: -.015em;
  font-variant-numeric: tabular-nums; white-space: nowrap;
}
.kit-reasons, .kit-doing { margin: 0 0 1.3rem; }
.kit-reasons > .kit-title, .kit-doing > .kit-title {
  border-bottom: 1.5px solid INK; padding-bottom: .25rem;
}
.kit-reasons ol, .kit-doing ol { margin: 0; padding-left: 1.35rem; }
.kit-reasons li, .kit-doing li { padding: .3rem 0; break-inside: avoid; }
.kit-reasons li::marker, .kit-doing li::marker { font-weight: 650; color: MUTED; }
.kit-reasons p, .kit-doing p { margin: 0 0 .1rem; }
.kit-reasons > .kit-title, .kit-doing > .kit-title { margin-bottom: .35rem; }
.kit-reasons li > p + p { font-size: .92rem; }
.kit-line { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
.kit-money { font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
.kit-next { padding: .5rem 0 0; font-weight: 600; }
"""
_NARROW = """
@media screen and (max-width: 60rem) {
  .kit-scroll {
    background: linear-gradient(to left, #fff 40%, #fff0) right / 2rem 100% no-repeat local,
      linear-gradient(to left, #1c27334d, #1c273300) right / .8rem 100% no-repeat scroll;
  }
  .kit-table table tbody th, .kit-table table thead th:first-child {
    position: sticky; left: 0; z-index: 1; background: #fff;
  }
  .kit-long { min-width: 9rem; }
}
@media (max-width: 40rem) {
  .kit-cards { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .5rem; }
  .kit-card { padding: .5rem .6rem; }
  .kit-value { font-size: 1.25rem; }
  .kit-table table th, .kit-table table td { padding: .42rem .5rem; }
  .kit-table:not(.kit-stacked) tbody th, .kit-table:not(.kit-stacked) thead th:first-child {
    min-width: 7.25rem; max-width: 9rem;
  }
  .kit-stacked table, .kit-stacked caption, .kit-stacked tbody, .kit-stacked tr,
  .kit-stacked tbody th { display: block; }
  .kit-stacked table { min-width: 0; }
  .kit-stacked .kit-scroll, .kit-stacked table tbody th { background: none; }
  .kit-stacked thead {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  }
  .kit-stacked table tbody tr { padding: .6rem 0; border-bottom: 1px solid RULE; }
  .kit-stacked table tbody th, .kit-stacked table td { border: 0; padding: .12rem 0; }
  .kit-stacked table tbody th { font-weight: 650; }
  .kit-stacked table td, .kit-stacked table td.n {
    display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: .75rem;
    white-space: normal; text-align: left !important;
  }
  .kit-stacked table td::before { content: attr(data-label); color: MUTED; font-size: .82rem; }
  .kit-long { min-width: 0; }
  .kit-card:last-child:nth-child(odd) { grid-column: 1 / -1; }
}
"""
_LAB = """
.jp-OutputArea .kit-table table { table-layout: auto; }
@media screen {
  .jp-OutputArea .kit-stacked td { white-space: normal; }
  .jp-OutputArea .kit-stacked .kit-long { min-width: 8rem; }
  .jp-OutputArea .kit-stack, .jp-OutputArea .kit-table { min-width: 0; max-width: 100%; }
}
"""
_PRINT = """
@media print {
  .kit-figure, .kit-card, .kit-position, .kit-table tr, .kit-reasons li, .kit-doing li {
    break-inside: avoid;
  }
  .kit-figure { max-width: 90mm; margin: 2mm 0 4mm; }
  .kit-figure figcaption, .kit-table caption, .kit-title { font-size: 9.5pt; margin-bottom: 1mm; }
  .kit-note { font-size: 7.5pt; }
  .kit-folded::details-content { content-visibility: visible; block-size: auto; }
  .kit-folded summary { list-style: none; }
  .kit-scroll { overflow: visible; background: none; }
  .kit-table table { font-size: 8pt; width: 100%; min-width: 0; }
  .kit-table table th, .kit-table table td { padding: 1mm 1.6mm; }
  .kit-table table thead th { font-size: 7.5pt; }
  .kit-narrow table { font-size: 7.5pt; }
  .kit-narrow table th, .kit-narrow table td { padding: .9mm .8mm; }
  .kit-narrow, .kit-table:not(:has(tbody tr:nth-child(9))) { break-inside: avoid; }
  .kit-narrow .kit-status { white-space: normal; }
  .kit-long { min-width: 0; }
  .kit-table tbody th { min-width: 16mm; }
  .kit-table td { white-space: normal; }
  .kit-table td.n { white-space: nowrap; }
  .kit-table thead { display: table-header-group; }
  .kit-table caption, .kit-title, .kit-figure figcaption { break-after: avoid; }
  .kit-meter, .kit-figure svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .kit-cards { grid-template-columns: repeat(auto-fit, minmax(30mm, 1fr)); gap: 2mm; }
  .kit-card { padding: 1.5mm 2mm; }
  .kit-value { font-size: 13pt; }
  .kit-big { font-size: 15pt; }
  .kit-lead { font-size: 11pt; }
  .kit-reasons li, .kit-doing li { padding: .8mm 0; }
  .kit-story { max-width: none; }
  .kit-meeting .kit-columns { grid-template-columns: 1fr 1fr; gap: 0 6mm; }
  .kit-meeting li { padding: .3mm 0; }
  .kit-meeting { line-height: 1.3; }
  .kit-meeting p, .kit-meeting li, .kit-meeting .kit-line { font-size: 8.5pt; }
  .kit-meeting .kit-reasons li > p + p, .kit-meeting .kit-quiet { font-size: 8pt; }
  .kit-meeting .kit-table { break-inside: avoid; }
  .kit-well, .kit-poorly, .kit-wanted, .kit-meeting .kit-reasons, .kit-meeting .kit-doing {
    margin: 0 0 1.5mm;
  }
  .kit-meeting .kit-title { margin: 0 0 .5mm; padding-bottom: .3mm; }
  .kit-meeting .kit-table { margin: 0 0 1.5mm; }
  .kit-meeting .kit-table table th, .kit-meeting .kit-table table td { padding: .45mm 1mm; }
}
"""


def _coloured(text: str) -> str:
    named = {"FONTS": FONTS, "INK": INK, "MUTED": MUTED, "RULE": RULE, "GOOD": GOOD, "WARN": WARN,
             "BAD": BAD, "ACTUAL": ACTUAL}  # fmt: skip
    for name, value in named.items():
        text = text.replace(name, value)
    return text.strip() + "\n"


CSS = _coloured(_SCREEN + _NARROW + _PRINT)


def sheet() -> View:
    """The styles as something a notebook displays; it shows nothing itself.

    Examples
    --------
    >>> sheet().html.startswith("<style>")
    True
    """
    return View(f"<style>{CSS}{_LAB}</style>")
