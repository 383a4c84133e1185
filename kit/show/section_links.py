"""A link to the section of the packet that shows the evidence."""

from __future__ import annotations

import html

from kit.show.words import Words


def section_link(section: str, words: Words) -> str:
    """The name of a section as a link to it.

    Where a packet leaves the section out, `kit.publish.sections.linked` makes it plain text.

    Examples
    --------
    >>> section_link("causes", Words("en"))
    '<a class="kit-section" href="#section-causes">causes</a>'
    """
    name = html.escape(words.term("section", section))
    return f'<a class="kit-section" href="#section-{html.escape(section)}">{name}</a>'
