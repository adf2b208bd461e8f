//! Reads the catalogue of a database: its tables, and what `psql` needs to make them again.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use sea_orm::sqlx::{self, PgConnection, Row as _};

use crate::source::database::script::{ident, named};

/// What a backup says and writes of a database.
#[derive(Debug)]
pub(super) struct Catalogue {
    /// The exported snapshot.
    pub(super) snapshot: String,
    pub(super) taken_at: DateTime<Utc>,
    /// Statements that must come before the tables: schemas, extensions, types, sequences.
    pub(super) before: Vec<String>,
    pub(super) tables: Vec<Table>,
    /// Statements that must come behind all keys: foreign keys, owners and values of sequences.
    pub(super) behind: Vec<String>,
    /// What is told: of whom, and what.
    pub(super) notes: Vec<(String, String)>,
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) schema: String,
    pub(super) name: String,
    /// Its name in the data package.
    pub(super) resource: String,
    pub(super) is_partitioned: bool,
    /// Blocks of the heap, where the server reads ranges of them.
    pub(super) blocks: i64,
    pub(super) columns: Vec<Column>,
    /// Columns of the primary key, in its order.
    pub(super) key: Vec<String>,
    /// Keys, checks and indexes, as statements.
    pub(super) keys: Vec<String>,
}

/// A column.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// As the server writes the type.
    pub(super) kind: String,
    pub(super) is_required: bool,
    pub(super) default: Option<String>,
    /// `a` or `d`: GENERATED ALWAYS or BY DEFAULT AS IDENTITY.
    pub(super) identity: String,
    /// What its own sequence is told, in parentheses.
    pub(super) numbering: Option<String>,
    /// `s`: computed by the server.
    pub(super) generated: String,
    /// Another collation than its type's.
    pub(super) collation: Option<String>,
    /// Whether values of the type are ordered by a collation.
    pub(super) is_collated: bool,
}

impl Table {
    /// Columns that hold data of their own.
    pub(super) fn copied(&self) -> impl Iterator<Item = &Column> {
        self.columns
            .iter()
            .filter(|column| column.generated.is_empty())
    }

    /// Places of the key's columns among those that are copied.
    pub(super) fn key_places(&self) -> Vec<usize> {
        let place = |name: &String| self.copied().position(|column| column.name == *name);
        self.key
            .iter()
            .map(place)
            .collect::<Option<_>>()
            .unwrap_or_default()
    }

    pub(super) fn full_name(&self) -> String {
        named(&self.schema, &self.name)
    }

    /// Its file in the package: letters, digits, `_` and `-` stay, every other byte becomes `=` and two hex digits.
    pub(super) fn path(&self) -> String {
        format!("{}/{}.csv", file_name(&self.schema), file_name(&self.name))
    }

    /// Columns as a list for SQL.
    pub(super) fn column_list(&self) -> String {
        let names: Vec<String> = self.copied().map(|column| ident(&column.name)).collect();
        names.join(", ")
    }

    /// Statements that write the rows one after the other, the first one with a heading. More than one where ranges of them can be read
    /// at the same time.
    pub(super) fn copy_statements(&self) -> Vec<String> {
        let ranges = if self.key.is_empty() && !self.is_partitioned {
            self.ranges()
        } else {
            vec![format!("ORDER BY {}", self.order())]
        };
        let only = if self.is_partitioned { "" } else { "ONLY " };
        let statement = |(number, range): (usize, String)| {
            format!(
                "COPY (SELECT {} FROM {only}{} {range}) TO STDOUT WITH (FORMAT csv, HEADER {}, ENCODING 'UTF8')",
                self.column_list(),
                self.full_name(),
                number == 0
            )
        };
        ranges.into_iter().enumerate().map(statement).collect()
    }

    /// Without a key the heap's order is the steadiest, and a scan that begins at the first block has it: nothing is sorted.
    fn ranges(&self) -> Vec<String> {
        let mut from = 0;
        let mut ranges = Vec::new();
        while from + BLOCKS < self.blocks {
            let to = from + BLOCKS;
            ranges.push(format!("WHERE ctid >= '({from},0)' AND ctid < '({to},0)'"));
            from = to;
        }
        ranges.push(format!("WHERE ctid >= '({from},0)'"));
        ranges
    }

    /// Rows in order of the key, text by its bytes, are found again tomorrow.
    fn order(&self) -> String {
        if self.key.is_empty() {
            return "tableoid, ctid".to_owned();
        }
        let columns = self.key.iter().map(|name| {
            let column = self.columns.iter().find(|column| column.name == *name);
            let collate = if column.is_some_and(|column| column.is_collated) {
                " COLLATE \"C\""
            } else {
                ""
            };
            format!("{}{collate}", ident(name))
        });
        columns.collect::<Vec<_>>().join(", ")
    }
}

/// A table without a key is read in ranges of so many blocks, 4 MiB: about as many bytes as wait for their reader.
const BLOCKS: i64 = 512;

fn file_name(name: &str) -> String {
    let mut file = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') {
            file.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _written = write!(file, "={byte:02x}");
        }
    }
    file
}

/// Schemas that are backed up. `$1` is the only one, if not null.
const SCHEMAS: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND ($1::text IS NULL OR n.nspname = $1)";
/// What an extension made is made again by the extension.
const NOT_OF_EXTENSION: &str = "NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = c.tableoid AND x.objid = c.oid AND x.deptype = 'e')";

impl Catalogue {
    pub(super) async fn read(
        session: &mut PgConnection,
        schema: Option<&str>,
    ) -> Result<Self, sqlx::Error> {
        let (snapshot, taken_at): (String, DateTime<Utc>) =
            sqlx::query_as("SELECT pg_export_snapshot(), transaction_timestamp()")
                .fetch_one(&mut *session)
                .await?;
        let mut catalogue = Self {
            snapshot,
            taken_at,
            before: Vec::new(),
            tables: Vec::new(),
            behind: Vec::new(),
            notes: Vec::new(),
        };
        catalogue.before = texts(session, &before(), schema).await?;
        catalogue.read_tables(session, schema).await?;
        catalogue.behind = texts(session, &behind(), schema).await?;
        for left in texts(session, &left_out(), schema).await? {
            let what = "not in the backup: only tables, keys, indexes, sequences, enumerations and domains are";
            catalogue.notes.push((left, what.to_owned()));
        }
        Ok(catalogue)
    }

    async fn read_tables(
        &mut self,
        session: &mut PgConnection,
        schema: Option<&str>,
    ) -> Result<(), sqlx::Error> {
        let sql = format!(
            "SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind = 'p', c.relrowsecurity,
                 CASE WHEN current_setting('server_version_num')::int >= 140000 AND c.relkind = 'r'
                     THEN pg_relation_size(c.oid) / current_setting('block_size')::int8 ELSE 0 END
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' AND {SCHEMAS} AND {NOT_OF_EXTENSION}
             ORDER BY n.nspname <> 'public', n.nspname, c.relname"
        );
        let found: Vec<(i64, String, String, bool, bool, i64)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(schema)
                .fetch_all(&mut *session)
                .await?;
        for (oid, in_schema, name, is_partitioned, has_policies, blocks) in found {
            let columns = columns(session, oid).await?;
            let names = columns.iter().map(|column| &column.name);
            if names
                .chain([&in_schema, &name])
                .any(|name| name.contains(char::is_control))
            {
                let what = format!(
                    "{} or a column of it has a control character in its name, which psql cannot load",
                    named(&in_schema, &name)
                );
                return Err(sqlx::Error::Configuration(
                    what.escape_debug().to_string().into(),
                ));
            }
            if columns.is_empty() {
                let what = "not in the backup: it has no columns";
                self.notes.push((named(&in_schema, &name), what.to_owned()));
                continue;
            }
            let is_usual = in_schema == "public" || schema.is_some();
            let table = Table {
                resource: if is_usual {
                    name.clone()
                } else {
                    format!("{in_schema}.{name}")
                },
                schema: in_schema,
                name,
                is_partitioned,
                blocks,
                columns,
                key: sqlx::query_scalar(KEY)
                    .bind(oid)
                    .fetch_all(&mut *session)
                    .await?,
                keys: sqlx::query_scalar(KEYS)
                    .bind(oid)
                    .fetch_all(&mut *session)
                    .await?,
            };
            self.tell_of(&table, has_policies);
            self.tables.push(table);
        }
        Ok(())
    }

    fn tell_of(&mut self, table: &Table, has_policies: bool) {
        let mut tell = |what: &str| self.notes.push((table.full_name(), what.to_owned()));
        if table.key.is_empty() {
            tell(
                "no primary key: its rows come as they lie, so the next backup may send more of them again",
            );
        }
        if table.is_partitioned {
            tell("partitioned: its rows are kept, and are restored into one plain table");
        }
        if has_policies {
            tell("row security: all rows are kept, the policies are not");
        }
    }
}

async fn texts(
    session: &mut PgConnection,
    sql: &str,
    schema: Option<&str>,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()))
        .bind(schema)
        .fetch_all(session)
        .await
}

async fn columns(session: &mut PgConnection, oid: i64) -> Result<Vec<Column>, sqlx::Error> {
    const COLUMNS: &str = "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            pg_get_expr(d.adbin, d.adrelid), a.attidentity::text, a.attgenerated::text,
            CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END, a.attcollation <> 0,
            (SELECT format('(INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s)', s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
                CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END)
             FROM pg_depend x JOIN pg_sequence s ON s.seqrelid = x.objid
             WHERE x.classid = 'pg_class'::regclass AND x.refclassid = 'pg_class'::regclass AND x.refobjid = a.attrelid
                AND x.refobjsubid = a.attnum AND x.deptype = 'i')
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";
    let rows = sqlx::query(COLUMNS).bind(oid).fetch_all(session).await?;
    rows.iter()
        .map(|row| {
            Ok(Column {
                name: row.try_get(0)?,
                kind: row.try_get(1)?,
                is_required: row.try_get(2)?,
                default: row.try_get(3)?,
                identity: row.try_get(4)?,
                generated: row.try_get(5)?,
                collation: row.try_get(6)?,
                is_collated: row.try_get(7)?,
                numbering: row.try_get(8)?,
            })
        })
        .collect()
}

const KEY: &str = "SELECT a.attname::text FROM pg_index i
    CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
    WHERE i.indrelid = $1::oid AND i.indisprimary AND k.place <= i.indnkeyatts ORDER BY k.place";

/// Keys first: others may refer to them.
const KEYS: &str = "SELECT statement FROM (
        SELECT CASE c.contype WHEN 'p' THEN 0 WHEN 'u' THEN 1 ELSE 2 END AS step, c.conname::text AS name,
            format('ALTER TABLE ONLY %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) AS statement
        FROM pg_constraint c WHERE c.conrelid = $1::oid AND c.contype IN ('p', 'u', 'c', 'x')
        UNION ALL
        SELECT 3, i.indexrelid::regclass::text, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
        FROM pg_index i WHERE i.indrelid = $1::oid AND i.indisvalid
            AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.conrelid = i.indrelid)
    ) AS keys ORDER BY step, name";

fn before() -> String {
    format!(
        "SELECT statement FROM (
            SELECT 0 AS step, n.nspname::text AS name, format('CREATE SCHEMA IF NOT EXISTS %I', n.nspname) AS statement
            FROM pg_namespace n WHERE {SCHEMAS} AND n.nspname <> 'public'
            UNION ALL
            SELECT 1, e.extname, format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I', e.extname, n.nspname)
            FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE {SCHEMAS}
            UNION ALL
            SELECT 2, c.oid::text, format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, c.typname,
                (SELECT string_agg(quote_literal(v.enumlabel), ', ' ORDER BY v.enumsortorder) FROM pg_enum v WHERE v.enumtypid = c.oid))
            FROM pg_type c JOIN pg_namespace n ON n.oid = c.typnamespace WHERE c.typtype = 'e' AND {SCHEMAS} AND {NOT_OF_EXTENSION}
            UNION ALL
            SELECT 3, lpad(c.oid::text, 10, '0'), concat_ws(' ', format('CREATE DOMAIN %I.%I AS %s', n.nspname, c.typname, format_type(c.typbasetype, c.typtypmod)),
                'DEFAULT ' || c.typdefault, CASE WHEN c.typnotnull THEN 'NOT NULL' END,
                (SELECT string_agg(format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), ' ' ORDER BY k.conname)
                 FROM pg_constraint k WHERE k.contypid = c.oid AND k.contype = 'c'))
            FROM pg_type c JOIN pg_namespace n ON n.oid = c.typnamespace WHERE c.typtype = 'd' AND {SCHEMAS} AND {NOT_OF_EXTENSION}
            UNION ALL
            SELECT 4, c.relname, format('CREATE SEQUENCE %I.%I AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s',
                n.nspname, c.relname, s.seqtypid::regtype, s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
                CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid
            WHERE {SCHEMAS} AND {NOT_OF_EXTENSION} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i')
        ) AS statements ORDER BY step, name"
    )
}

fn behind() -> String {
    format!(
        "SELECT statement FROM (
            SELECT 0 AS step, format('%s.%s', k.conrelid::regclass, k.conname) AS name,
                format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) AS statement
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_class o ON o.oid = k.confrelid JOIN pg_namespace p ON p.oid = o.relnamespace
            WHERE k.contype = 'f' AND k.conparentid = 0 AND NOT c.relispartition AND {SCHEMAS} AND ($1::text IS NULL OR p.nspname = $1)
            UNION ALL
            SELECT 1, c.relname, format('ALTER SEQUENCE %I.%I OWNED BY %s.%I', n.nspname, c.relname, d.refobjid::regclass, a.attname)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_depend d ON d.objid = c.oid AND d.deptype = 'a'
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE c.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND {SCHEMAS} AND {NOT_OF_EXTENSION}
            UNION ALL
            SELECT 2, c.relname, format('SELECT pg_catalog.setval(%s, %s, true)',
                CASE WHEN d.refobjid IS NULL THEN quote_literal(format('%I.%I', n.nspname, c.relname))
                ELSE format('pg_catalog.pg_get_serial_sequence(%L, %L)', d.refobjid::regclass, a.attname) END, s.last_value)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_sequences s ON s.schemaname = n.nspname AND s.sequencename = c.relname
            LEFT JOIN pg_depend d ON d.objid = c.oid AND d.deptype = 'i' AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
            LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE c.relkind = 'S' AND s.last_value IS NOT NULL AND {SCHEMAS} AND {NOT_OF_EXTENSION}
        ) AS statements ORDER BY step, name"
    )
}

fn left_out() -> String {
    format!(
        "SELECT said FROM (
            SELECT format('%s %I.%I', CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'type' END,
                n.nspname, c.relname) AS said
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm', 'f', 'c') AND {SCHEMAS} AND {NOT_OF_EXTENSION}
            UNION ALL
            SELECT format('function %I.%I', n.nspname, c.proname) FROM pg_proc c JOIN pg_namespace n ON n.oid = c.pronamespace WHERE {SCHEMAS} AND {NOT_OF_EXTENSION}
            UNION ALL
            SELECT format('trigger %I of %s', t.tgname, t.tgrelid::regclass)
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND {SCHEMAS}
            UNION ALL
            SELECT format('foreign key %I of %s, which leads to another schema', k.conname, k.conrelid::regclass)
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_class o ON o.oid = k.confrelid JOIN pg_namespace p ON p.oid = o.relnamespace
            WHERE k.contype = 'f' AND k.conparentid = 0 AND {SCHEMAS} AND $1::text IS NOT NULL AND p.nspname <> $1
        ) AS left_out ORDER BY said"
    )
}
