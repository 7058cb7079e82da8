"""What `up` and `demo` hand on to the workers that they start."""

from learnflow.cli.up import passed_on


def test_workers_inherit_the_key_and_the_way_to_the_api_and_no_other_secret() -> None:
    given = {
        "ANTHROPIC_API_KEY": "a", "ANTHROPIC_BASE_URL": "b", "https_proxy": "c", "HTTPS_PROXY": "d", "NO_PROXY": "e",
        "SSL_CERT_FILE": "f", "JAVA_HOME": "g", "PATH": "h",
    }  # fmt: skip
    others = {"AWS_SECRET_ACCESS_KEY": "x", "PGPASSWORD": "y", "MY_ANTHROPIC_API_KEY": "z", "PATHS": "p"}
    assert passed_on({**given, **others}) == given
