"""Writes the one style sheet of our emails into their elements: mail clients drop style sheets."""

from functools import cache
from importlib.resources import files

from css_inline import CSSInliner


def inline_css(html: str) -> str:
    """The document with `templates/mail.css` in its elements. Nothing is fetched; a customer sees what the template shows."""
    return _inliner().inline(html)


@cache
def _inliner() -> CSSInliner:
    sheet = (files("shared.messaging") / "templates" / "mail.css").read_text(encoding="utf-8")
    return CSSInliner(extra_css=sheet, load_remote_stylesheets=False, keep_style_tags=False)
