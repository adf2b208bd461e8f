//! What `load.sql` and the two scripts it reads say, told apart so that it can be done by several sessions, out of sight.
//!
//! The scripts are the only description of the database in a backup, for `psql` and for this program alike. Every type, sequence and
//! table that they make is made in a schema of the stage instead of its own; the few places where a statement names one of them are
//! changed, and nothing else of it is.

use std::collections::HashMap;

use super::words::{Kind, Unclear, Word, Words, statements};
use crate::source::ident;

/// Begins the name of every schema in which a database is rebuilt.
pub(super) const STAGE: &str = "lifeboat_restore";

/// How to make a database.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// For every session, before anything else.
    pub(super) settings: Vec<String>,
    /// Schemas and extensions, which cannot be made out of sight.
    pub(super) shared: Vec<Shared>,
    /// The schemas that get something; the stage of each is [`stage`] of its place here.
    pub(super) schemas: Vec<String>,
    /// Makes types, sequences and tables, in the stages.
    pub(super) objects: Vec<String>,
    pub(super) tables: Vec<Table>,
    /// Keys and indexes, in the stages.
    pub(super) builds: Vec<Build>,
    /// When everything is in its place.
    pub(super) last: Vec<String>,
    /// Whether statistics are wanted.
    pub(super) analyze: bool,
}

/// Something that several schemas may share.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shared {
    pub(super) is_extension: bool,
    pub(super) name: String,
    pub(super) statement: String,
}

/// A table and the file with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) schema: String,
    pub(super) name: String,
    /// In the stage, as SQL.
    pub(super) staged: String,
    /// Of the file, in the folder of the source.
    pub(super) path: String,
    /// In parentheses.
    pub(super) columns: String,
    /// How the file is written, without the parentheses.
    pub(super) format: String,
}

/// A statement that is run when the rows of its tables are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Build {
    pub(super) kind: BuildKind,
    pub(super) statement: String,
    /// Places of the tables that it touches.
    pub(super) tables: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BuildKind {
    /// A key or a check: nobody else may work on the table.
    Constraint,
    /// An index: others of the same table may be built at the same time.
    Index,
    /// A foreign key, which needs the keys of both tables.
    ForeignKey,
}

/// The schema of the stage for the schema at this place.
pub(super) fn stage(place: usize) -> String {
    format!("{STAGE}_{place}")
}

/// Where what a script makes is made.
#[derive(Debug, Default)]
struct Places(HashMap<(String, String), (usize, Option<usize>)>);

impl Script {
    /// Reads the scripts of a backup.
    pub(super) fn read(load: &str, schema: &str, keys: &str) -> Result<Self, String> {
        let mut script = Self::default();
        let mut places = Places::default();
        let objects = placed("schema.sql", schema)?;
        for object in &objects {
            let learnt = script.place(object.statement, &mut places);
            learnt.map_err(|what| object.wrong(what))?;
        }
        for (number, line) in load.lines().enumerate() {
            let at = |what| format!("load.sql, line {}: {what}", number + 1);
            script.line(line, &mut places).map_err(at)?;
        }
        for object in &objects {
            let is_own = |own: &Shared| own.statement == object.statement;
            if !script.shared.iter().any(is_own) {
                let moved = places.moved(object.statement);
                script
                    .objects
                    .push(moved.map_err(|what| object.wrong(what))?.0);
            }
        }
        for key in placed("keys.sql", keys)? {
            let read = script.key(key.statement, &places);
            read.map_err(|what| key.wrong(what))?;
        }
        Ok(script)
    }

    /// Learns what a statement of `schema.sql` makes.
    fn place(&mut self, statement: &str, places: &mut Places) -> Result<(), String> {
        let words = words(statement)?;
        let is_shared = |kind: &str| starts(&words, &["CREATE", kind, "IF", "NOT", "EXISTS"]);
        for (kind, is_extension) in [("SCHEMA", false), ("EXTENSION", true)] {
            if is_shared(kind) {
                let name = words.get(5).and_then(name_of).ok_or(NOT_KNOWN)?;
                self.shared.push(Shared {
                    is_extension,
                    name: name.to_owned(),
                    statement: statement.to_owned(),
                });
                return Ok(());
            }
        }
        let known = ["TYPE", "DOMAIN", "SEQUENCE", "TABLE"];
        if !known.iter().any(|kind| starts(&words, &["CREATE", kind])) {
            return Err(NOT_KNOWN.to_owned());
        }
        let (schema, name) = words.get(2..).and_then(qualified).ok_or(NOT_KNOWN)?;
        if schema.starts_with(STAGE) {
            return Err(format!(
                "the schema {schema} is one that only a restore makes"
            ));
        }
        let place = self.schema(schema);
        let key = (schema.to_owned(), name.to_owned());
        if places.0.insert(key, (place, None)).is_some() {
            return Err(format!("{schema}.{name} is made twice"));
        }
        Ok(())
    }

    fn schema(&mut self, schema: &str) -> usize {
        let known = self.schemas.iter().position(|known| known == schema);
        known.unwrap_or_else(|| {
            self.schemas.push(schema.to_owned());
            self.schemas.len() - 1
        })
    }

    /// A line of `load.sql`.
    fn line(&mut self, line: &str, places: &mut Places) -> Result<(), String> {
        match line {
            "\\ir schema.sql" | "\\ir keys.sql" => {}
            "ANALYZE;" => self.analyze = true,
            line if line.starts_with("SET ") && line.ends_with(';') => {
                self.settings.push(line.to_owned());
            }
            line if line.trim().is_empty() || line.starts_with("--") => {}
            line => {
                let copy = line.strip_prefix("\\copy ").ok_or(NOT_KNOWN)?;
                self.copy(copy, places)?;
            }
        }
        Ok(())
    }

    fn copy(&mut self, copy: &str, places: &mut Places) -> Result<(), String> {
        let (into, from) = copy.rsplit_once(" FROM '").ok_or(NOT_KNOWN)?;
        let (path, format) = from.split_once("' WITH (").ok_or(NOT_KNOWN)?;
        let format = format.strip_suffix(')').ok_or(NOT_KNOWN)?;
        let words = words(into)?;
        let (schema, name) = qualified(&words).ok_or(NOT_KNOWN)?;
        let columns = words.get(3).ok_or(NOT_KNOWN)?.from;
        let number = self.tables.len();
        let key = (schema.to_owned(), name.to_owned());
        let Some((place, table @ None)) = places.0.get_mut(&key) else {
            return Err(format!("{schema}.{name} is not a table of schema.sql"));
        };
        *table = Some(number);
        self.tables.push(Table {
            staged: format!("{}.{}", stage(*place), ident(name)),
            path: path.to_owned(),
            columns: into[columns..].to_owned(),
            format: format.to_owned(),
            schema: key.0,
            name: key.1,
        });
        Ok(())
    }

    /// A statement of `keys.sql`.
    fn key(&mut self, statement: &str, places: &Places) -> Result<(), String> {
        let words = words(statement)?;
        if starts(&words, &["ALTER", "SEQUENCE"]) || starts(&words, &["SELECT"]) {
            self.last.push(statement.to_owned());
            return Ok(());
        }
        let is_index =
            starts(&words, &["CREATE", "INDEX"]) || starts(&words, &["CREATE", "UNIQUE", "INDEX"]);
        let kind = if is_index {
            BuildKind::Index
        } else if !starts(&words, &["ALTER", "TABLE"]) {
            return Err(NOT_KNOWN.to_owned());
        } else if words
            .windows(2)
            .any(|pair| starts(pair, &["FOREIGN", "KEY"]))
        {
            BuildKind::ForeignKey
        } else {
            BuildKind::Constraint
        };
        let (statement, tables) = places.moved(statement)?;
        if tables.is_empty() {
            return Err("it touches no table of this backup".to_owned());
        }
        self.builds.push(Build {
            kind,
            statement,
            tables,
        });
        Ok(())
    }
}

impl Places {
    /// The statement with the names of what is in the stages, and the tables that it touches.
    fn moved(&self, statement: &str) -> Result<(String, Vec<usize>), String> {
        let words = words(statement)?;
        let mut moved = String::with_capacity(statement.len() + 32);
        let mut tables = Vec::new();
        let mut copied = 0;
        for (at, word) in words.iter().enumerate() {
            let rest = &words[at..];
            let is_inside = at > 0 && words[at - 1].kind == Kind::Sign('.');
            let found = match &word.kind {
                Kind::Name(_) if !is_inside => {
                    let found = qualified(rest).and_then(|name| self.get(name));
                    found.map(|(place, table)| (stage(place), table))
                }
                Kind::Text(text) if is_reference(&rest[1..]) => self.referred(text)?,
                _ => None,
            };
            if let Some((name, table)) = found {
                moved += &statement[copied..word.from];
                moved += &name;
                copied = word.to;
                tables.extend(table.filter(|table| !tables.contains(table)));
            }
        }
        moved += &statement[copied..];
        Ok((moved, tables))
    }

    fn get(&self, (schema, name): (&str, &str)) -> Option<(usize, Option<usize>)> {
        let key = (schema.to_owned(), name.to_owned());
        self.0.get(&key).copied()
    }

    /// The text that refers to something in the stages, as a literal; none if it is not there.
    fn referred(&self, text: &str) -> Result<Option<(String, Option<usize>)>, String> {
        let words = words(text)?;
        let Some((place, table)) = qualified(&words).and_then(|name| self.get(name)) else {
            return Ok(None);
        };
        let name = format!("{}{}", stage(place), &text[words[0].to..]);
        Ok(Some((format!("'{}'", name.replace('\'', "''")), table)))
    }
}

const NOT_KNOWN: &str = "this program does not know such a statement";

fn words(text: &str) -> Result<Vec<Word<'_>>, String> {
    let words: Result<_, Unclear> = Words::of(text).collect();
    words.map_err(|unclear| format!("it is not clear from character {} on", unclear.at + 1))
}

/// A statement, and where it stands.
#[derive(Debug, Clone, Copy)]
struct Placed<'a> {
    script: &'static str,
    number: usize,
    statement: &'a str,
}

impl Placed<'_> {
    /// What is wrong, and where.
    fn wrong(self, what: impl std::fmt::Display) -> String {
        format!("{}, statement {}: {what}", self.script, self.number)
    }
}

/// The statements of a script.
fn placed<'a>(script: &'static str, text: &'a str) -> Result<Vec<Placed<'a>>, String> {
    let found = statements(text);
    let found =
        found.map_err(|unclear| format!("{script} is not clear from byte {} on", unclear.at))?;
    let placed = (1..).zip(found).map(|(number, statement)| Placed {
        script,
        number,
        statement,
    });
    Ok(placed.collect())
}

fn name_of<'a>(word: &'a Word<'_>) -> Option<&'a str> {
    match &word.kind {
        Kind::Name(name) => Some(name),
        _ => None,
    }
}

fn starts(words: &[Word<'_>], with: &[&str]) -> bool {
    words.len() >= with.len()
        && words
            .iter()
            .zip(with)
            .all(|(word, with)| name_of(word) == Some(with))
}

/// `schema.name`, with which the words begin.
fn qualified<'a>(words: &'a [Word<'_>]) -> Option<(&'a str, &'a str)> {
    let [schema, dot, name, ..] = words else {
        return None;
    };
    let joined = schema.to == dot.from && dot.to == name.from && dot.kind == Kind::Sign('.');
    joined.then_some((name_of(schema)?, name_of(name)?))
}

/// Whether the words behind a text make it the name of something in the database: `'public.no_seq'::regclass`.
fn is_reference(words: &[Word<'_>]) -> bool {
    let [first, second, kind, ..] = words else {
        return false;
    };
    let colon = Kind::Sign(':');
    first.kind == colon
        && second.kind == colon
        && matches!(name_of(kind), Some("regclass" | "regtype"))
}

#[cfg(test)]
mod tests {
    use super::{BuildKind, Script, Shared};

    const SCHEMA: &str = "-- Read by load.sql.\nCREATE SCHEMA IF NOT EXISTS \"odd one\";\nCREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;\n\
        CREATE TYPE public.mood AS ENUM ('public.mood', 'b;c');\nCREATE SEQUENCE \"odd one\".no_seq AS bigint;\n\
        CREATE TABLE \"odd one\".\"T\" (\n    \"no\" bigint DEFAULT nextval('\"odd one\".no_seq'::regclass),\n    \"mood\" public.mood,\n    \"c\" public.citext DEFAULT 'public.mood'::text\n);\n\
        CREATE TABLE public.person (\n    \"id\" text\n);\n";
    const LOAD: &str = "-- About.\nSET search_path = pg_catalog;\n\\ir schema.sql\n\
        \\copy \"odd one\".\"T\" (\"no\", \"mood\", \"c\") FROM 'odd=20one/T.csv' WITH (FORMAT csv, HEADER true)\n\
        \\copy \"public\".\"person\" (\"id\") FROM 'public/person.csv' WITH (FORMAT csv, HEADER true)\n\\ir keys.sql\nANALYZE;\n";
    const KEYS: &str = "ALTER TABLE ONLY \"odd one\".\"T\" ADD CONSTRAINT t_key PRIMARY KEY (no);\n\
        CREATE INDEX i ON public.person USING btree (id) WHERE (id <> 'public.person'::text);\n\
        ALTER TABLE public.person ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES \"odd one\".\"T\"(no);\n\
        SELECT pg_catalog.setval('\"odd one\".no_seq', 7, true);\n";

    #[test]
    fn what_is_made_is_named_in_its_stage_and_nothing_else_is_changed() {
        let script = Script::read(LOAD, SCHEMA, KEYS).unwrap();
        assert_eq!(script.schemas, ["public", "odd one"]);
        let shared = |is_extension, name: &str, statement: &str| Shared {
            is_extension,
            name: name.to_owned(),
            statement: statement.to_owned(),
        };
        assert_eq!(
            script.shared,
            [
                shared(false, "odd one", "CREATE SCHEMA IF NOT EXISTS \"odd one\""),
                shared(
                    true,
                    "citext",
                    "CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public"
                ),
            ]
        );
        assert_eq!(
            script.objects,
            [
                "CREATE TYPE lifeboat_restore_0.mood AS ENUM ('public.mood', 'b;c')",
                "CREATE SEQUENCE lifeboat_restore_1.no_seq AS bigint",
                "CREATE TABLE lifeboat_restore_1.\"T\" (\n    \"no\" bigint DEFAULT nextval('lifeboat_restore_1.no_seq'::regclass),\n    \
                 \"mood\" lifeboat_restore_0.mood,\n    \"c\" public.citext DEFAULT 'public.mood'::text\n)",
                "CREATE TABLE lifeboat_restore_0.person (\n    \"id\" text\n)",
            ]
        );
        assert_eq!(script.settings, ["SET search_path = pg_catalog;"]);
        assert_eq!(script.tables[0].staged, "lifeboat_restore_1.\"T\"");
        assert_eq!(script.tables[0].columns, "(\"no\", \"mood\", \"c\")");
        assert_eq!(script.tables[1].path, "public/person.csv");
        assert_eq!(script.tables[1].format, "FORMAT csv, HEADER true");
        assert!(script.analyze);
    }

    #[test]
    fn keys_know_their_tables() {
        let script = Script::read(LOAD, SCHEMA, KEYS).unwrap();
        let builds: Vec<_> = script
            .builds
            .iter()
            .map(|build| (build.kind, &build.tables[..], build.statement.as_str()))
            .collect();
        assert_eq!(
            builds,
            [
                (
                    BuildKind::Constraint,
                    &[0][..],
                    "ALTER TABLE ONLY lifeboat_restore_1.\"T\" ADD CONSTRAINT t_key PRIMARY KEY (no)"
                ),
                (
                    BuildKind::Index,
                    &[1][..],
                    "CREATE INDEX i ON lifeboat_restore_0.person USING btree (id) WHERE (id <> 'public.person'::text)"
                ),
                (
                    BuildKind::ForeignKey,
                    &[1, 0][..],
                    "ALTER TABLE lifeboat_restore_0.person ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES lifeboat_restore_1.\"T\"(no)"
                ),
            ]
        );
        assert_eq!(
            script.last,
            ["SELECT pg_catalog.setval('\"odd one\".no_seq', 7, true)"]
        );
    }

    #[test]
    fn a_script_of_another_kind_is_refused_and_the_place_is_named() {
        let schema = format!("{SCHEMA}CREATE VIEW public.v AS SELECT 1;\n");
        let error = Script::read(LOAD, &schema, KEYS).unwrap_err();
        assert!(error.starts_with("schema.sql, statement 7: "), "{error}");
        let load = format!("{LOAD}\\! rm -r x\n");
        let error = Script::read(&load, SCHEMA, KEYS).unwrap_err();
        assert!(error.starts_with("load.sql, line 8: "), "{error}");
        let error = Script::read(LOAD, SCHEMA, "DROP TABLE public.person;\n").unwrap_err();
        assert!(error.starts_with("keys.sql, statement 1: "), "{error}");
        let staged = "CREATE TABLE lifeboat_restore_0.x (\n a int);\n";
        assert!(Script::read("", staged, "").is_err());
    }
}
