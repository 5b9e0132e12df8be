"""Where templates and migrations lie: in the wheel, or in the repository."""

from pathlib import Path


def resource_root() -> Path:
    """Return the folder that holds `templates` and `migrations`."""
    bundle = Path(__file__).parent / "_bundle"
    return bundle if bundle.is_dir() else Path(__file__).parents[1]
