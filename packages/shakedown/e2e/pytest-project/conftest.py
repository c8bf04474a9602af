import os

import pytest


@pytest.fixture(scope="session")
def database_url():
    """The database of this worker: gw0, gw1… with pytest-xdist, the only one without."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return os.environ.get(f"DATABASE_URL_{number}") or os.environ["DATABASE_URL"]
