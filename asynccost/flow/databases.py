"""Where a project keeps its rows, by what it imports: in a file of this machine, or on a server."""

from asynccost.flow.project import Project

_FILES = frozenset({"aiosqlite", "sqlite3", "better-sqlite3", "sqlite", "tinydb"})
_DRIVERS = frozenset({
    "psycopg2", "psycopg", "psycopg_pool", "asyncpg", "pymysql", "aiomysql", "MySQLdb", "mysql", "pyodbc", "oracledb",
    "cx_Oracle", "pymssql", "pymongo", "motor", "redis", "aioredis", "coredis", "snowflake", "clickhouse_connect",
    "clickhouse_driver", "cassandra", "neo4j", "pg", "mysql2", "mongodb", "mongoose", "ioredis",
})  # fmt: skip
_MAPPERS = frozenset({  # of any database: which one, a setting says
    "sqlalchemy", "sqlmodel", "tortoise", "beanie", "databases", "prisma", "peewee", "django", "@prisma/client",
    "typeorm", "sequelize", "knex", "drizzle-orm", "@mikro-orm/core", "objection",
})  # fmt: skip


def only_files(project: Project) -> bool:
    """Whether the only database of a project is a file on this machine: its answers take microseconds."""
    return project.names.imports_any(_FILES) and not project.names.imports_any(_DRIVERS | _MAPPERS)


def has_server(project: Project) -> bool:
    """Whether a project imports the driver of a database server."""
    return project.names.imports_any(_DRIVERS)
