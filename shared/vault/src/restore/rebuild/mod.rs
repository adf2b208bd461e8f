//! Rebuilds a database that was backed up, in a running PostgreSQL, with as many sessions as there are cores.
//!
//! ```text
//! scripts → what to make                                  (words, script)
//! empty tables in schemas of their own, the stage         (stage)
//! rows while they come; keys of tables that are whole     (rows, board, crew)
//! every file proved → everything into its place, at once  (stage)
//! ```
//!
//! Until the last transaction nothing can be seen under its name, and a restore that fails takes everything away again; what a killed one
//! left, the next one takes away.

mod board;
mod crew;
mod rows;
mod script;
mod session;
mod stage;
mod words;

use std::sync::Arc;

use futures_util::future::{try_join, try_join_all};
use sea_orm::sqlx::PgConnection;

use super::assembly::Assembly;
use super::bring::{Bringing, Failed};
use super::database::Database;
use super::events::Event;
use super::plan::{PlannedFile, PlannedSource};
use super::{Refusal, RestoreError};
use crate::source::named;
use board::Board;
use crew::Work;
use rows::Rows;
use script::{Script, Table};
use session::{Login, run};
use stage::{Hindrance, Stage};

/// So many sessions more than may build copy rows: at the end of each table its session waits idly, by a delayed acknowledgement of the
/// network, and tables may be many and small.
const COPYING: usize = 2;

/// What the scripts of a database are called in its folder.
const SCRIPTS: [&str; 3] = ["load.sql", "schema.sql", "keys.sql"];

/// A database that is rebuilt.
pub(super) struct Rebuild<'a> {
    bringing: &'a Bringing,
    source: &'a PlannedSource,
    login: Login,
    connections: usize,
}

impl<'a> Rebuild<'a> {
    pub(super) fn new(
        bringing: &'a Bringing,
        source: &'a PlannedSource,
        database: &Database,
    ) -> Result<Self, RestoreError> {
        let login = Login::read(&database.url).ok_or_else(|| {
            RestoreError::Usage("the URL of the database cannot be read".to_owned())
        })?;
        Ok(Self {
            bringing,
            source,
            login,
            connections: database.connections.get(),
        })
    }

    /// Does it. `numbers`: for what is brought first, and for the rows.
    pub(super) async fn run(self, numbers: [u32; 2]) -> Result<(), RestoreError> {
        let (rows, others) = self.files();
        let others = Arc::new(self.source.with(others));
        self.bringing.one(numbers[0], &others).await?;
        let script = self.script()?;
        let tables = self.tables(&script, &rows)?;
        let rows = Arc::new(self.source.with(rows));
        let mut kept = self.bringing.has_kept(numbers[1]);
        loop {
            let assembly = self.bringing.assembly(&rows)?;
            let mut stage = self.stage(&script).await?;
            let work = self.work(&script, &rows, &tables, &assembly);
            let filled = self.fill(numbers[1], &rows, &script, work, kept).await;
            let failed = match filled {
                Ok(sessions) => match stage.publish(&script).await {
                    Ok(()) => return self.finish(&script, sessions).await,
                    Err(what) => Failed::Restore(self.failed(what)),
                },
                Err(failed) => failed,
            };
            self.bringing.quiet().await;
            let cleared = stage.clear().await;
            if kept && failed.is_damage() && cleared.is_ok() {
                self.bringing.tell_of_damage(&rows);
                kept = false;
                continue;
            }
            return Err(match (failed.into(), cleared) {
                (RestoreError::Rebuild { what, .. }, Err(left)) => self.failed(format!(
                    "{what}; schemas that begin with {} are left there until the next restore, as they could not be dropped: {left}",
                    script::STAGE
                )),
                (error, _) => error,
            });
        }
    }

    /// The files with rows, the largest first, so that it is not the last one to be loaded; and all others.
    fn files(&self) -> (Vec<PlannedFile>, Vec<PlannedFile>) {
        let files = self.source.files.iter().cloned();
        // Scripts and description lie at the top, tables in the folder of their schema.
        let has_rows = |file: &PlannedFile| self.source.entry_of(file).path.contains('/');
        let (mut rows, others): (Vec<_>, Vec<_>) = files.partition(has_rows);
        rows.sort_by_key(|file| std::cmp::Reverse(file.bytes));
        (rows, others)
    }

    fn script(&self) -> Result<Script, RestoreError> {
        let folder = self.bringing.staging.files().join(&self.source.name);
        let mut texts = SCRIPTS.map(|name| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).map_err(|error| RestoreError::file(&path, error))
        });
        let mut text = |at: usize| std::mem::replace(&mut texts[at], Ok(String::new()));
        let script = Script::read(&text(0)?, &text(1)?, &text(2)?);
        script.map_err(|what| self.failed(format!("{what}; {BY_HAND}")))
    }

    /// The table of each file.
    fn tables(&self, script: &Script, files: &[PlannedFile]) -> Result<Vec<usize>, RestoreError> {
        let path = |file| self.source.entry_of(file).path.as_str();
        let table = |file| {
            let path = path(file);
            let found = script.tables.iter().position(|table| table.path == path);
            found.ok_or_else(|| self.failed(format!("load.sql does not load {path}; {BY_HAND}")))
        };
        for table in &script.tables {
            if !files.iter().any(|file| path(file) == table.path) {
                return Err(self.failed(format!("{} is not in the backup", table.path)));
            }
        }
        files.iter().map(table).collect()
    }

    async fn stage(&self, script: &Script) -> Result<Stage, RestoreError> {
        Stage::set(&self.login, script)
            .await
            .map_err(|hindrance| match hindrance {
                Hindrance::Busy => {
                    RestoreError::Usage("another restore is at work in this database".to_owned())
                }
                Hindrance::Occupied(held) => Refusal::Occupied { held }.into(),
                Hindrance::Failed(what) => self.failed(what),
            })
    }

    fn work(
        &self,
        script: &Script,
        source: &PlannedSource,
        tables: &[usize],
        assembly: &Arc<Assembly>,
    ) -> Arc<Work> {
        let mut bytes = vec![0; script.tables.len()];
        for (file, table) in source.files.iter().zip(tables) {
            bytes[*table] = file.bytes;
        }
        let all: u64 = bytes.iter().sum();
        let pieces = (0..).zip(source.files.iter().zip(tables));
        let pieces = pieces.flat_map(|(number, (file, table))| {
            Rows::of(*table, number, source.entry_of(file), all - file.bytes)
        });
        let board = Board::new(&bytes, pieces.collect(), &script.builds, self.connections);
        Work::new(board, script.tables.clone(), Arc::clone(assembly))
    }

    /// Brings the rows, and loads them while they come. The sessions are given back.
    async fn fill(
        &self,
        number: u32,
        source: &Arc<PlannedSource>,
        script: &Script,
        work: Arc<Work>,
        kept: bool,
    ) -> Result<Vec<PgConnection>, Failed> {
        let failed = |what| Failed::Restore(self.failed(what));
        let sessions = (0..self.connections + COPYING).map(|_| self.login.worker(&script.settings));
        let sessions = try_join_all(sessions).await.map_err(failed)?;
        let assembly = Arc::clone(work.assembly());
        let bring = self.bringing.bring(number, source, &assembly, kept);
        let load = async { work.run(sessions).await.map_err(failed) };
        let ((), sessions) = try_join(bring, load).await?;
        Ok(sessions)
    }

    /// Gathers statistics, which nobody has to wait for.
    async fn finish(
        &self,
        script: &Script,
        sessions: Vec<PgConnection>,
    ) -> Result<(), RestoreError> {
        let name = &self.source.name;
        let ready = format!("{name} can be used; statistics are being gathered");
        self.bringing.events.tell(Event::Note(ready));
        if !script.analyze {
            return Ok(());
        }
        let hands = sessions.len();
        let analyses = sessions.into_iter().enumerate().map(|(hand, mut session)| {
            let own = script.tables.iter().skip(hand).step_by(hands);
            async move {
                for Table { schema, name, .. } in own {
                    run(&mut session, &format!("ANALYZE {}", named(schema, name))).await?;
                }
                Ok::<_, String>(())
            }
        });
        if let Err(what) = try_join_all(analyses).await {
            let said = format!(
                "{name} is restored whole, but its statistics were not gathered ({what}): run ANALYZE in it"
            );
            self.bringing.events.tell(Event::Warning(said));
        }
        Ok(())
    }

    fn failed(&self, what: String) -> RestoreError {
        RestoreError::Rebuild {
            source_name: self.source.name.clone(),
            what,
        }
    }
}

/// What can be done with scripts that this program does not know.
const BY_HAND: &str = "restore to a folder (--to DIR) and run load.sql there with psql";
