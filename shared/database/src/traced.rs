//! What a span tells of a statement: what it does to which tables. Never its text or its values, which may be personal data.

use std::time::Duration;

use sea_orm::{DatabaseConnection, DbBackend};
use trace::{Kind, Scope, Span};

/// Tables that a span names; a statement of more is told by its first ones.
const MOST_TABLES: usize = 4;

/// A span of `statement`, in the words of OpenTelemetry's semantic conventions for databases.
#[must_use]
pub fn statement(backend: DbBackend, statement: &str) -> Span {
    let mut span = Span::child(Kind::Client, "statement");
    if span.is_recorded() {
        let Summary { operation, tables } = summary(statement);
        let mut name = operation.clone();
        for table in &tables {
            name.push(' ');
            name.push_str(table);
        }
        span.rename(|| name.clone());
        span.set("db.system.name", || match backend {
            DbBackend::Postgres => "postgresql",
            _ => "sqlite",
        });
        span.set("db.operation.name", || operation);
        span.set("db.query.summary", || name);
        if let [table] = tables.as_slice() {
            span.set("db.collection.name", || (*table).to_owned());
        }
    }
    span
}

/// Has the statements of a pool's connections seen in the traces of those who ask.
pub(crate) fn trace(connection: &mut DatabaseConnection) {
    if !trace::is_on() {
        return;
    }
    let backend = connection.get_database_backend();
    connection.set_metric_callback(move |info| {
        if Scope::current().is_sampled() {
            ended(backend, &info.statement.sql, info.elapsed, info.failed);
        }
    });
}

fn ended(backend: DbBackend, text: &str, took: Duration, failed: bool) {
    let mut span = statement(backend, text);
    if failed {
        span.fail("failed");
    }
    span.ended(took);
}

/// What a statement does, and to which tables.
struct Summary<'a> {
    operation: String,
    tables: Vec<&'a str>,
}

/// Reads a statement as far as needed. A name is taken only where a table's stands, and only if it is written as this
/// project writes them; texts between quotation marks are passed over.
fn summary(statement: &str) -> Summary<'_> {
    let mut operation = String::new();
    let mut tables = Vec::new();
    let mut expects_table = false;
    for word in Words(statement) {
        if operation.is_empty() {
            operation = word.to_ascii_uppercase();
            if !operation.bytes().all(|byte| byte.is_ascii_uppercase()) {
                "STATEMENT".clone_into(&mut operation);
            }
        }
        if expects_table && tables.len() < MOST_TABLES && is_name(word) && !tables.contains(&word) {
            tables.push(word);
        }
        expects_table = ["FROM", "JOIN", "INTO", "UPDATE"]
            .iter()
            .any(|keyword| word.eq_ignore_ascii_case(keyword));
    }
    Summary { operation, tables }
}

/// Whether a word is a name as tables have them.
fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The words and quoted names of a statement; what separates them, and whole texts, are skipped. Of a name with its schema before
/// it, the last part is the word.
struct Words<'a>(&'a str);

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let first = self.0.chars().next()?;
            match first {
                '\'' => {
                    // Two in a row stand for one: the text then goes on, as another one.
                    self.0 = self.0[1..].split_once('\'')?.1;
                    // A text is a word nobody takes, so that a name behind it is not taken for a table's.
                    return Some("");
                }
                '"' => {
                    let (name, rest) = self.0[1..].split_once('"')?;
                    self.0 = rest;
                    if let Some(rest) = self.0.strip_prefix('.') {
                        self.0 = rest;
                        continue;
                    }
                    return Some(name);
                }
                _ if first.is_alphanumeric() || first == '_' => {
                    let end = self
                        .0
                        .find(|next: char| !next.is_alphanumeric() && next != '_')
                        .unwrap_or(self.0.len());
                    let (word, rest) = self.0.split_at(end);
                    self.0 = rest;
                    if let Some(rest) = self.0.strip_prefix('.') {
                        self.0 = rest;
                        continue;
                    }
                    return Some(word);
                }
                '(' => {
                    self.0 = &self.0[1..];
                    // `FROM (SELECT …` names no table.
                    return Some("");
                }
                _ => self.0 = &self.0[first.len_utf8()..],
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(statement: &str) -> String {
        let Summary { operation, tables } = summary(statement);
        format!("{operation} {}", tables.join(" "))
    }

    #[test]
    fn a_statement_is_told_by_what_it_does_to_which_tables() {
        for (statement, expected) in [
            (
                r#"SELECT "p"."name" FROM "person" AS "p" WHERE "p"."id" = $1"#,
                "SELECT person",
            ),
            (
                r#"SELECT * FROM "person" INNER JOIN "id_card" ON "id_card"."person" = "person"."id""#,
                "SELECT person id_card",
            ),
            (
                r#"INSERT INTO "journal_household"."application" ("id") VALUES ($1)"#,
                "INSERT application",
            ),
            ("UPDATE head SET position = position", "UPDATE head"),
            ("DELETE FROM lease WHERE name = 'relay'", "DELETE lease"),
            ("select 1", "SELECT "),
            ("", " "),
        ] {
            assert_eq!(told(statement), expected, "{statement}");
        }
    }

    #[test]
    fn no_value_is_told_wherever_it_stands() {
        for statement in [
            "SELECT name FROM person WHERE id = 'FROM a123456789'",
            "SELECT name FROM person WHERE id = 'it''s FROM a123456789'",
            "SELECT 'FROM' a123456789",
            r#"SELECT name FROM person WHERE "id" = 'x" FROM a123456789 "'"#,
            "SELECT name FROM (SELECT a123456789)",
            "SELECT name FROM 'a123456789'",
            "SELECT name FROM person, A123456789",
            "A123456789",
            "SELECT name FROM 王小明",
            "SELECT name FROM person WHERE id = 'a123456789",
        ] {
            let told = told(statement).to_lowercase();
            assert!(!told.contains("a123456789"), "{told}");
            assert!(!told.contains('王'), "{told}");
        }
    }
}
