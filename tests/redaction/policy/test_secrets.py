"""Where a policy's secrets are."""

import pytest

from captured_exchanges.errors import PolicyError
from captured_exchanges.redaction import Policy, Redactor
from captured_exchanges.redaction.policy import SecretSource
from support.redaction_exchanges import documents, exchange, fresh_secret, survives


def test_what_they_hold_is_removed_everywhere(tmp_path, monkeypatch):
    """A variable, a file with a line feed at its end, and each line of a key."""
    of_env, of_file, *lines = (fresh_secret(seed) for seed in range(4))
    monkeypatch.setenv("ACME_TOKEN", of_env)
    (tmp_path / "token").write_text(f"{of_file}\n")
    (tmp_path / "key").write_text("\r\n".join(lines))
    files = [str(tmp_path / name) for name in ("token", "key")]
    redactor = Redactor(Policy().with_secrets(env=["ACME_TOKEN"], files=files))
    kept = documents(redactor.redact(exchange(received={"x": [of_env, of_file, *lines]})))
    assert not any(survives(secret, kept) for secret in (of_env, of_file, *lines))


def test_a_file_is_relative_to_the_policy(tmp_path):
    """Wherever the connector is started."""
    (tmp_path / "token").write_text(secret := fresh_secret(1))
    assert SecretSource(file="token", folder=str(tmp_path)).read() == (secret.encode(),)


def test_one_that_is_missing_stops_the_connector(tmp_path, monkeypatch):
    """Before anything is captured, unless it may be missing."""
    monkeypatch.delenv("ACME_TOKEN", raising=False)
    for where, says in (
        ({"env": ["ACME_TOKEN"]}, "ACME_TOKEN is not set"),
        ({"files": [tmp_path / "x"]}, "is not there"),
    ):
        with pytest.raises(PolicyError, match=says):
            Redactor(Policy().with_secrets(**where))
        Redactor(Policy().with_secrets(**where, optional=True))


@pytest.mark.parametrize(("content", "says"), [(b"abc", "under 4 bytes"), (b"x" * 70_000, "more than")])
def test_what_is_no_secret_is_refused(tmp_path, content, says):
    """Without quoting it."""
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(PolicyError, match=says) as caught:
        SecretSource(file=str(tmp_path / "token")).read()
    assert content.decode() not in str(caught.value)


def test_a_folder_is_no_secret(tmp_path):
    """The system's own words."""
    with pytest.raises(PolicyError, match="cannot be read: Is a directory"):
        SecretSource(file=str(tmp_path)).read()


@pytest.mark.parametrize("places", [{}, {"env": "A", "file": "b"}])
def test_a_secret_has_one_place(places):
    """One of two."""
    with pytest.raises(ValueError, match="name one of them"):
        SecretSource(**places)
