# ruff: noqa: E501, ISC004 - a case is a line
"""Exchanges with a database, and statements of every dialect in which a secret is planted."""

import json

from captured_exchanges.exchange import Exchange, Failure, Intent, SqlRequest, SqlResponse
from captured_exchanges.redaction import DEFAULT_POLICY, Redactor


def sql_exchange(
    statement,
    parameters=None,
    dialect="",
    *,
    columns=(),
    rows=(),
    row_count=None,
    error=None,
    connection="",
    database="people",
):
    """An exchange with these parts."""
    return Exchange(
        "0190-request",
        "sql",
        SqlRequest(statement, 1_700_000_000_123_456_789, parameters, database, dialect, connection),
        SqlResponse(
            1.25,
            tuple(columns),
            tuple(rows),
            row_count,
            error=None if error is None else Failure("DatabaseError", error),
        ),
        Intent("list", "ListUsers", "user"),
        1_700_000_000_987_654_321,
        "sync-1",
    )


def redacted(*parts, policy=DEFAULT_POLICY, **named):
    """The two documents of such an exchange; nothing failed on the way."""
    redactor = Redactor(policy)
    done = redactor.redact(sql_exchange(*parts, **named))
    assert redactor.failures() == {}
    return json.loads(done.request_json), json.loads(done.response_json)


def statement_of(statement, dialect="", **named):
    """The statement that is left."""
    return redacted(statement, None, dialect, **named)[0]["statement"]


STATEMENTS = [
    # (dialect, statement with {} for the secret, what stays)
    ("postgres", "CREATE ROLE bob WITH LOGIN ENCRYPTED PASSWORD '{}' VALID UNTIL '2030-01-01'", ("2030-01-01",)),
    ("postgres", "ALTER USER bob PASSWORD '{}'", ("bob",)),
    ("postgres", "CREATE USER MAPPING FOR bob SERVER s OPTIONS (user 'bob', password '{}')", ("'bob'",)),
    ("postgres", "SELECT * FROM dblink('host=h user=bob password={}', 'select 1') AS t(a int)", ("user=bob",)),
    ("postgres", "CREATE SUBSCRIPTION s CONNECTION 'host=h user=bob password={}' PUBLICATION p", ("user=bob",)),
    ("postgres", "INSERT INTO t (name, password) VALUES ('bob', DEFAULT) ON CONFLICT (name)"
                 " DO UPDATE SET password = '{}' RETURNING id", ("'bob'",)),
    ("postgres", "UPDATE u SET profile = jsonb_set(profile,'{{password}}','\"{}\"') WHERE name = 'bob'", ("'bob'",)),
    ("postgres", "SELECT 1 FROM u WHERE profile->>'password' = '{}' AND profile->>'name' = 'bob'", ("'bob'",)),
    ("postgres", "SELECT id FROM t WHERE u.\"password\" = crypt('{}', u.\"password\") AND name = 'bob'", ("'bob'",)),
    ("postgres", "SELECT crypt('{}', gen_salt('bf'))", ("'bf'",)),
    ("postgres", "UPDATE u SET password = pgp_sym_encrypt('{}', 'k') WHERE a = E'it\\'s'", ("it\\'s",)),
    ("postgres", "UPDATE u SET password = E'a\\'{}' WHERE name = 'bob'", ("'bob'",)),
    ("postgres", "UPDATE u SET password = U&'{}' WHERE name = 'bob'", ("'bob'",)),
    ("postgres", "UPDATE u SET password = $x${}$x$ WHERE name = 'bob'", ("'bob'",)),
    ("postgres", "DO $$ BEGIN EXECUTE 'ALTER USER bob PASSWORD ''{}'''; END $$", ("bob",)),
    ("postgres", "DO $x$ BEGIN UPDATE u SET password = '{}' WHERE name = 'bob'; END $x$", ("'bob'",)),
    ("postgres", "SET SESSION app.token = '{}'", ("app.token",)),
    ("postgres", "SET app.token TO '{}'", ("app.token",)),
    ("postgres", "SELECT set_config('app.token', '{}', false)", ("app.token",)),
    ("postgres", "SELECT 1 -- UPDATE u SET password = '{}'\n, 'bob'", ("'bob'",)),
    ("postgres", "SELECT 1 /* a /* nested IDENTIFIED BY '{}' */ b */, 'bob'", ("'bob'",)),
    ("postgres", "SELECT json_build_object('name','bob','password','{}')", ("'bob'",)),
    ("postgres", "WITH v(name, password) AS (VALUES ('bob','{}')) SELECT * FROM v", ("'bob'",)),
    ("postgres", "SELECT * FROM (VALUES ('bob','{}')) AS v(name, password)", ("'bob'",)),
    ("postgres", "UPDATE u SET (name, password) = ('bob', '{}')", ("'bob'",)),
    ("postgres", "SELECT 1 FROM u WHERE (name, password) IN (('bob','{}'),('amy','x'))", ("'bob'", "'amy'")),
    ("postgres", "UPDATE u SET password = CASE WHEN name = 'bob' THEN '{}' ELSE 'y' END", ("'bob'",)),
    ("postgres", "SELECT 1 FROM (SELECT password AS p FROM u) q WHERE q.p = '{}' AND q.name = 'bob'", ("'bob'",)),
    ("postgres", "UPDATE settings SET value = '{}' WHERE name = 'smtp_password'", ("smtp_password",)),
    ("postgres", "INSERT INTO settings (key, value) VALUES ('smtp_host','mail'), ('smtp_password','{}')", ("'mail'",)),
    ("postgres", "UPDATE u SET password = '{}'::text || 'x' WHERE name = 'bob'::text", ("'bob'",)),
    ("postgres", "ALTER TABLE u ADD COLUMN password varchar(255) DEFAULT '{}', ADD COLUMN n int DEFAULT 5", ("255", "5")),
    ("postgres", "EXECUTE set_mail (7, '{}')", ("set_mail", "7")),
    ("postgres", "DO $$ BEGIN EXECUTE format('ALTER USER %I PASSWORD %L', 'b', '{}'); END $$", ("ALTER USER %I PASSWORD %L",)),
    ("postgres", "COPY t FROM PROGRAM $$PGPASSWORD='{}' psql -h 'x.test'$$", ("FROM PROGRAM",)),
    ("postgres", "COPY t FROM PROGRAM $$curl -u 'bob:{}' https://x.test$$", ("https://x.test",)),
    ("redshift", "COPY t FROM 's3://b/k' CREDENTIALS 'aws_access_key_id=AKIAX;aws_secret_access_key={}' CSV", ("s3://b/k", "AKIAX")),
    ("redshift", "UNLOAD ('select * from t') TO 's3://x' ACCESS_KEY_ID 'AKIAX' SECRET_ACCESS_KEY '{}'", ("AKIAX",)),
    ("redshift", "COPY t FROM 's3://b' IAM_ROLE 'arn:aws:iam::1:role/x' MASTER_SYMMETRIC_KEY '{}'", ("arn:aws:iam::1:role/x",)),
    ("snowflake", "CREATE STAGE s URL='s3://b' CREDENTIALS=(AWS_KEY_ID='AKIAX' AWS_SECRET_KEY='{}' AWS_TOKEN='{}')", ("AKIAX", "s3://b")),
    ("snowflake", "CREATE USER bob PASSWORD = '{}' LOGIN_NAME = 'alice' EMAIL = 'a@x.test'", ("alice", "a@x.test")),
    ("snowflake", "SELECT ENCRYPT('{}', 'k') // a comment\n", ("a comment",)),
    ("duckdb", "CREATE SECRET s (TYPE s3, KEY_ID 'AKIAX', SECRET '{}', REGION 'eu')", ("AKIAX", "'eu'")),
    ("oracle", 'CREATE USER bob IDENTIFIED BY "{}" DEFAULT TABLESPACE users', ("bob", "users")),
    ("oracle", "CREATE USER bob IDENTIFIED BY {}", ("bob",)),
    ("oracle", "ALTER USER bob IDENTIFIED BY {} REPLACE {}", ("bob",)),
    ("oracle", "CREATE DATABASE LINK l CONNECT TO scott IDENTIFIED BY {} USING 'tns'", ("scott", "'tns'")),
    ("oracle", "UPDATE t SET password = q'[it's {}]' WHERE id = :1", (":1",)),
    ("oracle", "BEGIN EXECUTE IMMEDIATE 'ALTER USER bob IDENTIFIED BY {}'; END;", ("bob",)),
    ("oracle", "DECLARE v_password VARCHAR2(20) := '{}'; BEGIN NULL; END;", ("20",)),
    ("mysql", "CREATE USER 'bob'@'%' IDENTIFIED WITH caching_sha2_password BY '{}' PASSWORD EXPIRE INTERVAL 90 DAY", ("'bob'@'%'", "90")),
    ("mysql", "SET PASSWORD FOR 'bob'@'%' = '{}'", ("'bob'@'%'",)),
    ("mysql", "SET PASSWORD = PASSWORD('{}')", ()),
    ("mysql", "CREATE USER bob IDENTIFIED VIA ed25519 USING PASSWORD('{}')", ("bob",)),
    ("mysql", "CHANGE MASTER TO MASTER_HOST='h', MASTER_USER='repl', MASTER_PASSWORD='{}', MASTER_PORT=3306", ("'repl'", "3306")),
    ("mysql", 'UPDATE t SET password = "{}" WHERE name = "bob"', ('"bob"',)),
    ("mysql", r"UPDATE t SET password = 'a\'{}' WHERE name = 'bob'", ("'bob'",)),
    ("mysql", "SELECT AES_ENCRYPT('{}', 'k') # a comment\n", ("a comment",)),
    ("mysql", "/*!50000 ALTER USER bob IDENTIFIED BY '{}' */", ("bob",)),
    ("mysql", "INSERT INTO u SET name = 'bob', `password` = '{}'", ("'bob'",)),
    ("mysql", "INSERT INTO u (name, password) VALUES ('bob','{}') ON DUPLICATE KEY UPDATE password = VALUES(password)", ("'bob'",)),
    ("mysql", "GRANT ALL ON db.* TO 'bob'@'h' IDENTIFIED BY '{}' WITH GRANT OPTION", ("'bob'@'h'",)),
    ("tsql", "ALTER LOGIN [bob] WITH PASSWORD = N'{}' OLD_PASSWORD = N'{}', DEFAULT_DATABASE = [db]", ("[bob]", "[db]")),
    ("tsql", "EXEC sp_addlogin 'bob', '{}', 'db'", ("'bob'", "'db'")),
    ("tsql", "EXEC sp_addlogin @loginame = 'bob', @passwd = '{}'", ("'bob'",)),
    ("tsql", "INSERT INTO t EXEC('sp_addlogin ''bob'', ''{}''')", ("''bob''",)),
    ("tsql", "EXEC('sp_addlogin N''bob'', N''{}''')", ("''bob''",)),
    ("tsql", "sp_password '{}', '{}', 'bob'", ("'bob'",)),
    ("tsql", "EXEC sp_password '{}', '{}', 'bob'", ("'bob'",)),
    ("tsql", "CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'bob', SECRET = '{}'", ("'bob'",)),
    ("tsql", "DECLARE @password nvarchar(50) = N'{}'; SELECT name FROM u WHERE id = 5", ("50", "5")),
    ("tsql", "SELECT * FROM OPENROWSET('SQLNCLI','Server=x;UID=bob;PWD={}','select 1')", ("SQLNCLI",)),
    ("tsql", "INSERT INTO u (name, [password]) OUTPUT inserted.id VALUES ('bob', HASHBYTES('SHA2_256', '{}'))", ("'bob'",)),
    ("tsql", "EXEC sp_executesql N'UPDATE u SET password = ''{}'' WHERE name = ''bob'''", ("''bob''",)),
    ("sqlite", "PRAGMA key = '{}'", ("key",)),
    ("sqlite", "ATTACH DATABASE 'x.db' AS e KEY '{}'", ("'x.db'",)),
    ("clickhouse", "CREATE USER bob IDENTIFIED WITH sha256_password BY '{}' HOST IP '10.0.0.1'", ("10.0.0.1",)),
    ("clickhouse", "SELECT * FROM mysql('h:3306','db','t','bob','{}')", ("'bob'", "h:3306")),
    ("bigquery", 'UPDATE t SET password = r"{}" WHERE name = "bob"', ('"bob"',)),
    ("", "INSERT INTO t (a, password) VALUES ('bob', '{}'), ('amy', lower('{}'))", ("'bob'", "'amy'")),
    ("", "INSERT INTO t (a, password) SELECT 'bob', '{}' FROM d WHERE x = 'y'", ("'bob'", "'y'")),
    ("", "UPDATE t SET password = '{}', name = 'bob' WHERE id = 7", ("'bob'", "7")),
    ("", "SELECT id FROM t WHERE name = 'bob' AND password = '{}' AND x IN ('a','b')", ("'bob'", "('a','b')")),
    ("", "SELECT id FROM t WHERE '{}' = password OR name LIKE 'b%'", ("b%",)),
    ("", "SELECT id FROM t WHERE password IN ('{}','{}1') AND name='bob'", ("'bob'",)),
    ("", "SELECT id FROM t WHERE password BETWEEN '{}' AND '{}z' AND name = 'bob'", ("'bob'",)),
    ("", "SELECT id FROM t WHERE password NOT LIKE '{}%' AND name = 'bob'", ("'bob'",)),
    ("", "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET password = '{}'"
         " WHEN NOT MATCHED THEN INSERT (name, password) VALUES ('bob', '{}')", ("'bob'",)),
    ("", "INSERT INTO users VALUES (1, 'bob', '{}')", ("1",)),
    ("", "CALL set_password('bob', '{}')", ("set_password",)),
    ("", "SELECT '{}' AS password, 'bob' AS name", ("'bob'",)),
    ("", "CREATE USER bob WITH PASSWORD {}", ("bob",)),
    ("teradata", "CREATE USER bob AS PERM = 1e6, PASSWORD = {}, DEFAULT DATABASE = hr", ("bob", "hr")),
    ("teradata", "MODIFY USER bob AS PERM = 1e6 PASSWORD = {}", ("bob",)),
    ("db2", "CONNECT TO hr USER bob USING {} NEW {} CONFIRM {}", ("bob",)),
    ("tsql", "UPDATE u SET password += '{}' WHERE name = 'bob'", ("'bob'",)),
    ("postgres", "UPDATE u SET password = v.p FROM (VALUES ('bob', '{}')) AS v (n, p) WHERE u.name = v.n", ("'bob'",)),
    ("postgres", "WITH c (n, p) AS (SELECT 'bob', '{}') INSERT INTO u (name, password) SELECT n, p FROM c", ("'bob'",)),
    ("postgres", "WITH c AS (SELECT 'bob' AS n, '{}' AS p) INSERT INTO u (name, password) SELECT n, p FROM c", ("'bob'",)),
    ("", "SELECT * FROM t WHERE url = 'https://bob:{}@h/x' AND a = 'bob'", ("'bob'", "@h/x")),
    ("", 'UPDATE t SET "password" = "{}" WHERE name = \'bob\'', ("'bob'",)),
    ("", "UPDATE `t` SET `password` = '{}' WHERE name = 'bob'", ("'bob'",)),
    ("", "UPDATE [t] SET [password] = '{}' WHERE name = 'bob'", ("'bob'",)),
    ("", "SELECT 1; UPDATE t SET password = '{}'; SELECT 'bob'", ("'bob'",)),
]  # fmt: skip
"""A case per rule and dialect."""

KEPT = [
    ("postgres", "SELECT id FROM users WHERE length(password) > 8 AND password IS NOT NULL AND name = 'bob'"),
    ("postgres", "ALTER ROLE bob VALID UNTIL '2030-01-01'"),
    ("postgres", "SET SESSION AUTHORIZATION 'bob'"),
    ("postgres", "SELECT /*+ IndexScan(u) */ * FROM users u WHERE email = 'a@x.test' -- of the first page\n LIMIT 10"),
    ("postgres", "UPDATE u SET password = v.password FROM v WHERE u.name = v.name AND v.tenant = 'acme'"),
    ("postgres", "SELECT a[1:2], b::text, c->'d' FROM t WHERE token_type = 'Bearer' AND key_id = 'k1'"),
    ("mysql", "ALTER USER 'bob'@'%' PASSWORD EXPIRE INTERVAL 90 DAY PASSWORD HISTORY 5 FAILED_LOGIN_ATTEMPTS 3"),
    ("mysql", "GRANT SELECT ON secrets.token TO 'bob'@'localhost'"),
    ("oracle", "CREATE USER bob IDENTIFIED GLOBALLY AS 'CN=bob,O=acme'"),
    ("oracle", "CREATE PROFILE p LIMIT PASSWORD_LIFE_TIME 90 PASSWORD_REUSE_MAX 5"),
    ("tsql", "SELECT TOP 10 [name] FROM [secrets] WHERE [id] = 5 AND name LIKE N'b%'"),
    ("postgres", "CREATE TRIGGER a AFTER UPDATE ON u FOR EACH ROW EXECUTE FUNCTION audit('users')"),
    ("postgres", "COPY t FROM PROGRAM $$gzip -dc '/data/users.gz'$$"),
    ("oracle", "EXECUTE IMMEDIATE ('SELECT id FROM users WHERE name = ''bob''')"),
    ("tsql", "EXEC dbo.find_users 'bob', 7"),
    ("mysql", "CALL find_users('bob', 7)"),
    ("tsql", "EXEC ('SELECT id FROM users WHERE name = ''bob''')"),
    ("snowflake", "SELECT name FROM users WHERE HAS_PASSWORD = 'true' AND owner = 'bob'"),
    ("sqlite", "SELECT * FROM tokens WHERE user_id = 7 AND password_changed_at > '2024-01-01'"),
    ("", "SELECT name FROM grants WHERE grant_type IN ('password', 'refresh_token', 'admin')"),
    ("", "INSERT INTO audit (actor, action) VALUES ('bob', 'reset password'), ('amy', 'x')"),
    ("", "CREATE TABLE token (id int, name varchar(20) DEFAULT 'bob')"),
]  # fmt: skip
"""Statements that stay as they are, byte by byte."""
