import subprocess


def query(url, sql):
    ended = subprocess.run(["psql", url, "-qtAc", sql], capture_output=True, text=True, check=True)
    return ended.stdout.split()


def test_a_camera_is_stored(database_url):
    query(database_url, "insert into cameras (name) values ('gate')")
    assert query(database_url, "select name from cameras") == ["gate"]
