"""Books that a form wrote, as YAML that people can read and write on."""

from collections.abc import Mapping
from typing import Any

import yaml


def dump(content: Mapping[str, Any]) -> str:
    """Return the content of a book as YAML, in the order it has."""
    dumped: str = yaml.dump(
        dict(content), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100
    )
    return dumped


class _Plain(yaml.SafeDumper):
    """Writes every list and mapping out, without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write what is used twice twice."""
        return True


def _text(dumper: yaml.SafeDumper, words: str) -> yaml.Node:
    """Write what would be read as something else than text within quotes."""
    style = '"' if words[:1].isdigit() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", words, style=style)


_Plain.add_representer(str, _text)
