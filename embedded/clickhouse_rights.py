"""What the engine itself allows: the rights and fixed settings of its one user, as ClickHouse's own configuration.

The user may use tables and views. It has no right to any source outside (`SOURCES`: files, addresses, other servers),
to dictionaries, named collections, backups, users or the system; settings that name a file or an address are fixed. So
also a writer with the password reads no file of the machine by SQL.
"""

from pathlib import Path

from embedded import clickhouse_disk

DIRECTORY = "rights"
CONFIG = f"{DIRECTORY}/config.xml"
_USERS = f"{DIRECTORY}/users.xml"

GRANTS = (
    "SELECT", "SHOW", "INSERT", "ALTER", "CREATE DATABASE", "CREATE TABLE", "CREATE VIEW", "CREATE TEMPORARY TABLE",
    "DROP", "TRUNCATE", "OPTIMIZE", "CHECK", "KILL QUERY",
)  # fmt: skip
FIXED = {
    "allow_experimental_eval_table_function": "0",
    "allow_experimental_kusto_dialect": "0",
    "allow_experimental_polyglot_dialect": "0",
    "allow_experimental_prql_dialect": "0",
    "allow_introspection_functions": "0",
    "allow_python_table_function": "0",
    "dialect": "clickhouse",
    "enable_json_ast_dialect": "0",
    "enable_trino_dialect": "0",
    "format_avro_schema_registry_url": "",
    "format_schema": "",
    "format_schema_source": "file",
    "format_template_resultset": "",
    "format_template_row": "",
    "implicit_select": "0",
    "implicit_table_at_top_level": "",
    "input_format_record_errors_file_path": "",
    "output_format_schema": "",
    "rename_files_after_processing": "",
}
"""Settings that no request may change: they name files or addresses, or have statements read by another parser."""


def write(data: Path) -> None:
    """Write the configuration under the data directory, anew at every start.

    Paths in it are relative to the server's working directory, which is the data directory.
    """
    folder = data / DIRECTORY
    folder.mkdir(mode=0o700, exist_ok=True)
    config = f"<users_config>{_USERS}</users_config>{clickhouse_disk.SETTINGS}"
    (data / CONFIG).write_text(f"<clickhouse>{config}</clickhouse>\n")
    (data / _USERS).write_text(users())


def users() -> str:
    """Return ClickHouse's `users.xml`: one user, its rights, its fixed settings."""
    values = "".join(f"<{name}>{value}</{name}>" for name, value in FIXED.items() if value)
    constraints = "".join(f"<{name}><const/></{name}>" for name in FIXED)
    return (
        f"<clickhouse><profiles><default>{values}<constraints>{constraints}</constraints></default></profiles>"
        "<quotas><default/></quotas><users><default><no_password/><networks><ip>::/0</ip></networks>"
        "<profile>default</profile><quota>default</quota>"
        f"<grants><query>GRANT {', '.join(GRANTS)} ON *.*</query></grants></default></users></clickhouse>\n"
    )
