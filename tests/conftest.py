"""How the tests are spread over the cores: a file stays on one, and all that needs the deployed stack shares it."""

from pathlib import Path

import pytest

E2E = Path(__file__).parent / "e2e"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The end-to-end tests first: they take longest, and most of it is waiting."""
    items.sort(key=lambda item: E2E not in item.path.parents)
    for item in items:
        name = "e2e" if E2E in item.path.parents else str(item.path)
        item.add_marker(pytest.mark.xdist_group(name))
