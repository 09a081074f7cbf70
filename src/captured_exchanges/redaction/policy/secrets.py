"""Where a policy's secrets are: in the environment or in files of their own, never in the policy.

They are read when a Redactor is made, not when a policy is: a policy can be checked where they are not.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from captured_exchanges.errors import PolicyError

__all__ = ["SecretSource"]

_MOST_BYTES = 64 * 1024
_SHORTEST = 4
_SHORTEST_LINE = 16


@dataclass(frozen=True, slots=True)
class SecretSource:
    """One secret: the name of an environment variable, or of a file (relative to `folder`).

    `optional`: it may be missing. The folder is no part of the policy's identity.
    """

    env: str = ""
    file: str = ""
    optional: bool = False
    folder: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if bool(self.env) == bool(self.file):
            raise ValueError(
                "a secret is in an environment variable (env) or in a file (file): name one of them"
            )

    @property
    def where(self) -> str:
        """The place, for people."""
        return f"the environment variable {self.env}" if self.env else f"the file {self._path}"

    def read(self) -> tuple[bytes, ...]:
        """What is to be removed wherever it turns up: the secret, and of one with several lines, as a key
        has, each long line too, for line ends vary. Nothing where it is missing and optional.

        Raises PolicyError, which never quotes it.
        """
        secret = self._content()
        if secret is None:
            return ()
        if len(secret) < _SHORTEST:
            raise PolicyError(f"{self.where} holds under {_SHORTEST} bytes: that cannot be told from data")
        lines = secret.split()
        return (secret, *(line for line in lines if len(line) >= _SHORTEST_LINE and line != secret))

    @property
    def _path(self) -> Path:
        return Path(self.folder) / self.file

    def _content(self) -> bytes | None:
        if self.env:
            value = os.environ.get(self.env, "")
            if not value and not self.optional:
                raise PolicyError(
                    f"{self.where} is not set, and the policy says that a secret is in it: set it"
                )
            return os.fsencode(value) or None
        try:
            with self._path.open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
        except FileNotFoundError:
            if self.optional:
                return None
            raise PolicyError(
                f"{self.where}, in which the policy says that a secret is, is not there"
            ) from None
        except OSError as error:
            raise PolicyError(f"{self.where} cannot be read: {error.strerror}") from error
        if len(content) > _MOST_BYTES:
            raise PolicyError(f"{self.where} has more than {_MOST_BYTES} bytes: that is no secret")
        return content.strip(b"\r\n")
