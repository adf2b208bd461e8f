//! PostgreSQL: what comes out is one moment of the database, and goes back in with `psql` alone.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use test_support::postgres::{Database, database, program, psql};

use crate::reading::{Read, options, paths, read, write};
use vault::source::{Kind, Source, SourceError};

const SCHEMA: &str = r#"
    CREATE TYPE public.mood AS ENUM ('glad', 'it''s fine');
    CREATE DOMAIN public.plate AS text CONSTRAINT form CHECK (VALUE ~ '^[A-Z0-9-]+$');
    CREATE TABLE public.household (no text COLLATE "C" PRIMARY KEY, village text NOT NULL DEFAULT 'none');
    CREATE TABLE public.person (id text PRIMARY KEY, household text REFERENCES household, name text, born date, seen timestamptz DEFAULT now(),
        height numeric(5,2), photo bytea, is_alive boolean, mood mood, plate plate, double float8,
        name_length integer GENERATED ALWAYS AS (length(name)) STORED, CHECK (height > 0));
    CREATE INDEX person_name ON person (lower(name)) WHERE is_alive;
    CREATE UNIQUE INDEX person_plate ON person (plate);
    CREATE TABLE public.event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
    CREATE TABLE public.stamp (id serial, note text);
    CREATE SCHEMA "odd schema";
    CREATE TABLE "odd schema"."Odd ""Table" ("a,b" text, "order" int, PRIMARY KEY ("order", "a,b"));
    CREATE TABLE "odd schema".measure (day date, value int) PARTITION BY RANGE (day);
    CREATE TABLE "odd schema".measure_2026 PARTITION OF "odd schema".measure FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE VIEW public.alive AS SELECT * FROM person WHERE is_alive;
    INSERT INTO household SELECT 'F' || n, '里 ' || n FROM generate_series(1, 300) n;
    INSERT INTO person SELECT 'b' || n, 'F' || (n % 300 + 1), E'王"小,明\n' || n, date '2000-01-01' + n, now(), 100 + n % 90, decode(md5(n::text), 'hex'),
        n % 2 = 0, 'it''s fine', 'AB-' || n, n / 3.0 FROM generate_series(1, 5000) n;
    INSERT INTO person VALUES ('B1', NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'NaN');
    INSERT INTO event (note) SELECT 'note ' || n FROM generate_series(1, 20) n;
    INSERT INTO stamp (note) VALUES ('x'), (NULL), ('');
    INSERT INTO "odd schema"."Odd ""Table" VALUES ('x', 2), ('y', 1), ('a', 1);
    INSERT INTO "odd schema".measure VALUES ('2026-05-05', 5), ('2026-06-06', NULL);
"#;

fn run(url: &str, folder: &Path, arguments: &[&str]) {
    let output = Command::new(program("psql"))
        .args(["--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1"])
        .args(arguments)
        .arg(url)
        .current_dir(folder)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
}

async fn filled() -> Database {
    let database = database().await;
    psql(&database.url, SCHEMA).unwrap();
    database
}

fn open(url: &str) -> Source {
    let mut options = options();
    options.name = Some("register".to_owned());
    options.system = Some("household".to_owned());
    vault::source::open(url, &options).unwrap().remove(0)
}

fn keep(files: &[Read], folder: &Path) {
    for file in files {
        write(&folder.join(&file.path), &file.bytes);
    }
}

/// Everything in a database, as text.
fn contents(url: &str) -> String {
    let tables = [
        "SELECT string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\") FROM household t",
        "SELECT string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\") FROM person t",
        "SELECT string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\") FROM event t",
        "SELECT string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\") FROM stamp t",
        "SELECT string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\") FROM \"odd schema\".\"Odd \"\"Table\" t",
        "SELECT string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\") FROM \"odd schema\".measure t",
        "SELECT string_agg(pg_get_indexdef(indexrelid), E'\\n' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid::regclass::text !~ '^pg_'",
        "SELECT string_agg(conname || pg_get_constraintdef(oid), E'\\n' ORDER BY conname) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
        "SELECT nextval(pg_get_serial_sequence('event', 'id')), nextval(pg_get_serial_sequence('stamp', 'id'))",
    ];
    let answers = tables.map(|sql| psql(url, sql).unwrap());
    answers.join("\n---\n")
}

#[tokio::test]
async fn a_database_goes_back_in_with_psql_alone() {
    let database = filled().await;
    let folder = TempDir::new().unwrap();
    let mut source = open(&database.url);
    let head = source.head().clone();
    assert_eq!(
        (head.name.as_str(), head.kind),
        ("register", Kind::Database)
    );
    assert_eq!(head.system.as_deref(), Some("household"));
    let files = read(&mut source);
    assert_eq!(
        paths(&files),
        [
            "public/event.csv",
            "public/household.csv",
            "public/person.csv",
            "public/stamp.csv",
            "odd=20schema/Odd=20=22Table.csv",
            "odd=20schema/measure.csv",
            "schema.sql",
            "load.sql",
            "keys.sql",
            "datapackage.json"
        ]
    );
    keep(&files, folder.path());
    let fresh = test_support::postgres::database().await;
    run(
        &fresh.url,
        folder.path(),
        &["--single-transaction", "-f", "load.sql"],
    );
    assert_eq!(contents(&fresh.url), contents(&database.url));
    let notes: Vec<String> = source.notes().iter().map(ToString::to_string).collect();
    let said = |what: &str| notes.iter().any(|note| note.contains(what));
    assert!(said("\"stamp\": no primary key"), "{notes:?}");
    assert!(said("\"measure\": partitioned"), "{notes:?}");
    assert!(said("view public.alive: not in the backup"), "{notes:?}");
}

#[tokio::test]
async fn rows_come_in_order_of_the_key_by_bytes_and_the_package_says_what_they_are() {
    let database = filled().await;
    let files = read(&mut open(&database.url));
    let person = files
        .iter()
        .find(|file| file.path == "public/person.csv")
        .unwrap();
    let shape = person.table.as_ref().unwrap();
    assert_eq!(
        (shape.name.as_str(), &shape.key_columns[..]),
        ("person", &[0][..])
    );
    // Upper case before lower case: by bytes.
    let text = String::from_utf8(person.bytes.clone()).unwrap();
    assert!(
        text.starts_with("id,household,name,born,"),
        "{}",
        &text[..60]
    );
    assert!(text.lines().nth(1).unwrap().starts_with("B1,,\"\",,"));
    assert!(text.contains("\nb1,F2,\"王\"\"小,明\n1\",2000-01-02,"));
    let odd = files.iter().find(|file| file.path.contains("Odd")).unwrap();
    assert_eq!(odd.table.as_ref().unwrap().key_columns, [1, 0]);
    assert_eq!(odd.bytes, b"\"a,b\",order\na,1\ny,1\nx,2\n");
    let package: serde_json::Value = serde_json::from_slice(&files.last().unwrap().bytes).unwrap();
    assert_eq!(package["lifeboat"]["system"], "household");
    for (resource, file) in package["resources"].as_array().unwrap().iter().zip(&files) {
        assert_eq!(resource["path"], file.path);
        assert_eq!(resource["bytes"], file.bytes.len());
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &file.bytes);
        let mut hex = String::new();
        for byte in digest.as_ref() {
            write!(hex, "{byte:02x}").unwrap();
        }
        assert_eq!(resource["hash"], format!("sha256:{hex}"));
    }
    assert_eq!(package["resources"][2]["schema"]["primaryKey"][0], "id");
}

#[tokio::test]
async fn all_tables_are_of_one_moment_and_nobody_waits_for_the_backup() {
    let database = filled().await;
    let mut source = open(&database.url);
    // Changes of every kind go through while the backup holds its snapshot, and none of them shows.
    let change = "SET lock_timeout = '2s'; DELETE FROM person WHERE id <> 'B1'; DELETE FROM household; UPDATE event SET note = 'too late';
        INSERT INTO stamp (note) VALUES ('too late')";
    psql(&database.url, change).unwrap();
    let files = read(&mut source);
    assert!(
        files
            .iter()
            .all(|file| !String::from_utf8_lossy(&file.bytes).contains("too late"))
    );
    let lines = |at: usize| String::from_utf8_lossy(&files[at].bytes).lines().count();
    assert_eq!((lines(0), lines(1)), (21, 301));
}

#[tokio::test]
async fn a_large_table_without_a_key_is_read_by_several_connections_in_the_order_of_its_heap() {
    let database = database().await;
    let fill = "CREATE TABLE log (no int, note text); INSERT INTO log SELECT n, repeat('x', n % 300) FROM generate_series(1, 90000) n;
        DELETE FROM log WHERE no % 7 = 0; INSERT INTO log SELECT -n, NULL FROM generate_series(1, 90000) n";
    psql(&database.url, fill).unwrap();
    let mut options = options();
    options.connections = 3;
    let files = read(&mut vault::source::open(&database.url, &options).unwrap()[0]);
    let copy = "COPY (SELECT * FROM log ORDER BY ctid) TO STDOUT WITH (FORMAT csv, HEADER true)";
    let whole = psql(&database.url, copy).unwrap();
    assert!(whole.len() > 10_000_000);
    assert!(String::from_utf8_lossy(&files[0].bytes).trim() == whole);
}

#[tokio::test]
async fn one_schema_alone_can_be_backed_up() {
    let database = filled().await;
    let mut options = options();
    options.schema = Some("odd schema".to_owned());
    let files = read(&mut vault::source::open(&database.url, &options).unwrap()[0]);
    let tables: Vec<&str> = files
        .iter()
        .filter_map(|file| file.table.as_ref().map(|table| table.name.as_str()))
        .collect();
    assert_eq!(tables, ["Odd \"Table", "measure"]);
}

#[tokio::test]
async fn a_table_that_may_not_be_read_fails_the_backup_and_not_the_order() {
    let database = filled().await;
    let role = format!("r{}", database.url.rsplit('_').next().unwrap());
    let grants = format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'open-sesame'; GRANT SELECT ON household, event, stamp TO {role}; GRANT USAGE ON SCHEMA public TO {role}"
    );
    psql(&database.url, &grants).unwrap();
    let (_, rest) = database.url.split_once('@').unwrap();
    let url = format!("postgres://{role}:open-sesame@{rest}");
    let mut options = options();
    options.schema = Some("public".to_owned());
    let mut source = vault::source::open(&url, &options).unwrap().remove(0);
    let mut failed = Vec::new();
    while let Some(mut file) = source.next_file().unwrap() {
        if let Err(error) = file.reader.read_to_end(&mut Vec::new()) {
            failed.push((file.path, error.to_string()));
        }
    }
    assert_eq!(failed[0].0, "public/person.csv");
    assert!(failed[0].1.contains("permission denied"), "{failed:?}");
    // Nothing describes a package that is not whole.
    assert_eq!(failed.last().unwrap().0, "datapackage.json");
    let end = format!("DROP OWNED BY {role}; DROP ROLE {role}");
    psql(&database.url, &end).unwrap();
}

#[tokio::test]
async fn a_source_that_is_dropped_ends_its_connections() {
    let database = filled().await;
    let mut source = open(&database.url);
    drop(source.next_file().unwrap());
    drop(source);
    let count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lifeboat-backup' AND datname = current_database()";
    for _ in 0..100 {
        if psql(&database.url, count).unwrap() == "0" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("a connection is left");
}

#[test]
fn no_error_shows_the_password() {
    for url in [
        "postgres://user:open-sesame@127.0.0.1:1/register",
        "postgres://user:open-sesame@[bad/register",
    ] {
        let error = vault::source::open(url, &options()).unwrap_err();
        let words = format!("{error} {error:?}");
        assert!(!words.contains("open-sesame"), "{words}");
        assert!(matches!(
            error,
            SourceError::Database { .. } | SourceError::Spec
        ));
    }
}
