import shlex
import subprocess
import sys
from pathlib import Path

from captured_exchanges.cli.invocation import command_line

HERE = Path(sys.executable).parent


def test_a_command_works_as_printed_from_here(monkeypatch, tmp_path):
    """The command that is printed runs, whether or not `exchanges` is on the PATH."""
    monkeypatch.setenv("PATH", f"{HERE}:/usr/bin:/bin")
    assert command_line("list", "my file.c1z") == "exchanges list 'my file.c1z'"
    for folder in (HERE.parent.parent, tmp_path):
        monkeypatch.setenv("PATH", "/usr/bin:/bin")
        monkeypatch.chdir(folder)
        command = command_line("demo")
        assert shlex.split(command)[1:] == ["demo"]
        assert subprocess.run([shlex.split(command)[0], "--help"], check=True, capture_output=True).stdout
    assert not command.startswith("exchanges ")


def test_another_exchanges_on_the_path_is_not_ours(monkeypatch, tmp_path):
    """A program of the same name that is found first is not what is meant."""
    (tmp_path / "exchanges").write_text("#!/bin/sh\n")
    (tmp_path / "exchanges").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{HERE}")
    assert not command_line("list").startswith("exchanges ")
