"""Icons: inline pictures out of the sprite that comes with Bootstrap-Flask."""

import re
from functools import lru_cache
from importlib.resources import files

from markupsafe import Markup

_SYMBOL = re.compile(r'<symbol[^>]*\bid="([a-z0-9-]+)"[^>]*>(.*?)</symbol>', re.DOTALL)
_PICTURE = Markup(
    '<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="currentColor"'
    ' focusable="false" {}>{}</svg>'
)
_MUTE = Markup('aria-hidden="true"')
_NAMED = Markup('role="img" aria-label="{}"')


@lru_cache(maxsize=1024)
def icon(name: str, label: str = "") -> Markup:
    """Return the icon `name` of bootstrap-icons as an inline SVG.

    It takes the colour of the text around it. Without `label` screen readers pass over it,
    which is right wherever a word stands beside it. KeyError where there is no such icon.
    """
    return _PICTURE.format(_NAMED.format(label) if label else _MUTE, _drawing(name))


@lru_cache(maxsize=256)
def _drawing(name: str) -> Markup:
    return Markup(_sprite()[name])  # noqa: S704  our own file, not anybody's input


@lru_cache(maxsize=1)
def _sprite() -> dict[str, str]:
    folder = files("flask_bootstrap") / "static" / "bootstrap5" / "icons"
    text = (folder / "bootstrap-icons.svg").read_text(encoding="utf-8")
    return {name: drawing.strip() for name, drawing in _SYMBOL.findall(text)}
