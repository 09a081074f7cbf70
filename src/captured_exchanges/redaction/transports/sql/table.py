"""What is secret in SQL beyond the names that are secret everywhere. Data only.

Words are written in lower case. A phrase is a run of words: `*` stands for any one thing, `…` for anything
up to the next word of the phrase.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ALL", "DEFAULT_SQL", "SqlTable"]

ALL: tuple[int, ...] = ()
"""In `functions`: all arguments."""


@dataclass(frozen=True, slots=True)
class SqlTable:
    """The tables and the bounds; see `meeting`, `selecting` and `reading` for how each is used."""

    dialects: Mapping[str, str]
    """What adapters and engines call a dialect, and whose grammar it is read by."""
    string_quotes: frozenset[str]
    """Dialects whose grammar takes a text in double quotes for a name, and in which it may be a string."""
    phrases: Mapping[str, tuple[str, ...]]
    """Rules, and the phrases after which a value is a secret whatever it is written as."""
    keeping: frozenset[str]
    """Words after such a phrase that stand for no value."""
    names: Mapping[str, tuple[str, ...]]
    """First words of statements, and the names that mean a secret in them alone."""
    functions: Mapping[str, tuple[int, ...]]
    """Functions and procedures, and which of their arguments are secrets."""
    blind: frozenset[str]
    """Functions that tell nothing of the secret they are given."""
    modes: frozenset[str]
    """Arguments that are never secret: names of algorithms and encodings."""
    types: frozenset[str]
    """Types that a length may follow."""
    arrows: frozenset[str]
    """Operators whose right side is the name of a member of JSON."""
    max_statement: int = 32 * 1024
    """Characters of a statement that is read; of a longer one no literal is kept."""
    max_rows: int = 1_000
    """Rows, and sets of parameters of an `executemany`, that are kept."""
    max_cells: int = 20_000
    """Cells and bind values that are kept."""
    max_cell: int = 64 * 1024
    """Characters of a cell or bind value; a longer one is omitted."""
    max_result: int = 1024 * 1024
    """Bytes that the rows take, and the parameters."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DEFAULT_SQL = SqlTable(
    dialects={
        "postgresql": "postgres", "psycopg": "postgres", "psycopg2": "postgres", "pg": "postgres",
        "cockroachdb": "postgres", "greenplum": "postgres", "mariadb": "mysql", "tidb": "mysql",
        "mssql": "tsql", "sqlserver": "tsql", "sybase": "tsql", "sqlite3": "sqlite", "sqlcipher": "sqlite",
        "oracledb": "oracle",
    },
    string_quotes=frozenset({"", "sqlite", "tsql"}),
    phrases={
        "identified_by": (
            "identified by", "identified by password", "identified by values", "identified with * by",
            "identified with * as", "identified via * using", "identified via * as",
            "identified with … salt", "identified by * replace", "identified by password * replace",
        ),
        "password_for": (
            "password for … =", "password for … to", "user set password from", "user set password from … to",
            "create user * as … password =", "modify user * as … password =",
        ),
        "connect": (
            "connect to * user * using", "connect to * user * using * new",
            "connect to * user * using * new * confirm",
        ),
        "key": ("attach … key",),
    },
    keeping=_words("random values password externally globally null"),
    names={
        "pragma": ("key", "rekey", "hexkey", "hexrekey", "textkey", "textrekey"),
        "copy": ("master symmetric key",),
        "unload": ("master symmetric key",),
        "create": ("key source", "key block"),
        "alter": ("key source", "key block"),
    },
    functions={
        # PostgreSQL
        "crypt": (0,), "pgp_sym_encrypt": ALL, "pgp_sym_decrypt": ALL, "pgp_sym_encrypt_bytea": ALL,
        "pgp_sym_decrypt_bytea": ALL, "pgp_pub_encrypt": (0,), "pgp_pub_decrypt": ALL, "encrypt": ALL,
        "decrypt": ALL, "encrypt_iv": ALL, "decrypt_iv": ALL, "hmac": ALL, "digest": (0,),
        # MySQL
        "aes_encrypt": ALL, "aes_decrypt": ALL, "des_encrypt": ALL, "des_decrypt": ALL,
        "md5": ALL, "sha": ALL, "sha1": ALL, "sha2": (0,),
        # SQL Server
        "hashbytes": (1,), "pwdcompare": ALL, "pwdencrypt": ALL, "encryptbykey": (1,), "openrowset": (1,),
        "sp_addlogin": (1,), "sp_password": (0, 1), "sp_setapprole": (1,), "sp_addapprole": (1,),
        "sp_addlinkedsrvlogin": (4,), "login": (1,), "usp_login": (1,), "sp_login": (1,),
        "authenticate": (1,), "authenticate_user": (1,), "validate_login": (1,), "validate_user": (1,),
        "check_login": (1,),
        # Oracle
        "standard_hash": (0,), "simple_bind_s": (2,), "set_authentication": (1,),
        # Snowflake, BigQuery, Spark
        "encrypt_raw": ALL, "decrypt_raw": ALL, "try_decrypt": ALL, "sha256": ALL, "sha512": ALL,
        "sha224": ALL, "sha384": ALL, "try_aes_decrypt": ALL,
        # ClickHouse's tables of other databases
        "mysql": (4,), "postgresql": (4,), "mongodb": (4,), "remote": (4,), "remotesecure": (4,),
        "s3": (1, 2), "s3cluster": (2, 3),
    },
    blind=_words(
        "length char_length character_length octet_length bit_length len datalength lengthb count isnull"
        " approx_count_distinct count_big sign typeof pg_typeof"
    ),
    modes=_words(
        "md5 sha1 sha224 sha256 sha384 sha512 sha2_256 sha2_512 hash_sh1 hash_sh256 hash_sh512 bf xdes des"
        " aes aes-cbc aes-ecb aes-gcm gcm ecb cbc pkcs hex base64 escape utf8 utf-8 utf16 utf-16 latin1"
        " true false"
    ),
    types=_words(
        "char character varchar varchar2 nchar nvarchar nvarchar2 varying binary varbinary raw bit decimal"
        " numeric number float time timestamp datetime datetime2 string text blob clob int integer bigint"
        " smallint tinyint datetimeoffset double"
    ),
    arrows=frozenset({"->", "->>", "#>", "#>>", "#-"}),
)  # fmt: skip
