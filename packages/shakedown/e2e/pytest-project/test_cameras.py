import os
import subprocess

import pytest


def query(url, sql):
    ended = subprocess.run(["psql", url, "-qtAc", sql], capture_output=True, text=True, check=True)
    return ended.stdout.split()


@pytest.mark.parametrize("name", ["gate", "porch"])
def test_a_camera_is_stored(database_url, name):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    assert query(database_url, "select current_database()") == [f"db_test_{worker}"]
    query(database_url, "delete from cameras")
    query(database_url, f"insert into cameras (name) values ('{name}')")
    assert query(database_url, "select name from cameras") == [name]
