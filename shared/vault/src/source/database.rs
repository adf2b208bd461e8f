//! A PostgreSQL database, read table by table from one exported snapshot, as a data package that `psql` alone can load.
//!
//! Nothing is locked but what every `SELECT` locks, for as long as the snapshot is held. Every connection is a thread of its own that
//! copies one table, or one range of a table, after the other; the files come out in order, and what is not read yet waits in queues of
//! bounded length and number.

mod catalogue;
mod copy;
mod descriptor;
mod script;
mod session;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use crate::cut::{Dialect, TableShape};
use crate::source::notes::{Note, Notes};
use crate::source::{Kind, SourceError, SourceFile, SourceHead, SourceOptions};
use catalogue::Catalogue;
use copy::{Incoming, Sums, Tasks};
use descriptor::Descriptor;
pub(crate) use script::{ident, named};
use session::Login;

/// A database while it is backed up.
#[derive(Debug)]
pub(crate) struct DatabaseSource {
    head: SourceHead,
    files: VecDeque<SourceFile>,
    notes: Notes,
}

impl DatabaseSource {
    /// Connects, exports the snapshot and reads the catalogue.
    pub(crate) fn open(url: &str, options: &SourceOptions) -> Result<Self, SourceError> {
        let login = Login::read(url)?;
        let notes = Notes::default();
        let tasks = Arc::new(Tasks::new(options.connections.max(1)));
        let first = start_first(&login, options.schema.clone(), Arc::clone(&tasks));
        let catalogue = answer(&login, &first)?;
        if catalogue.tables.is_empty() {
            return Err(login.failed("it holds no table that can be backed up"));
        }
        for (about, what) in &catalogue.notes {
            notes.add(about, what);
        }
        let tables = catalogue.tables.iter();
        let ranges: usize = tables.map(|table| table.copy_statements().len()).sum();
        let more = options.connections.clamp(1, ranges) - 1;
        let ready: Vec<_> = (0..more)
            .map(|_| start_more(&login, catalogue.snapshot.clone(), Arc::clone(&tasks)))
            .collect();
        for ready in &ready {
            answer(&login, ready)?;
        }
        let head = SourceHead {
            name: match &options.name {
                Some(name) => crate::source::folder::step(name)?.to_owned(),
                None => crate::source::folder::step(&login.database)?.to_owned(),
            },
            kind: Kind::Database,
            system: options.system.clone(),
            agency: options.agency.clone(),
            taken_at: Some(catalogue.taken_at),
            sequence: u64::try_from(catalogue.taken_at.timestamp()).ok(),
            tier: options.tier(options.system.as_deref()),
        };
        let files = files(&head, catalogue, &tasks);
        Ok(Self {
            head,
            files: files.into(),
            notes,
        })
    }

    pub(crate) const fn head(&self) -> &SourceHead {
        &self.head
    }

    pub(crate) fn notes(&self) -> Vec<Note> {
        self.notes.all()
    }

    pub(crate) fn next_file(&mut self) -> Option<SourceFile> {
        self.files.pop_front()
    }
}

/// What a thread says once it is ready, or why it is not.
type Ready<T> = mpsc::Receiver<Result<T, String>>;

fn answer<T>(login: &Login, ready: &Ready<T>) -> Result<T, SourceError> {
    match ready.recv() {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(what)) => Err(login.failed(what)),
        Err(mpsc::RecvError) => Err(login.failed("the connection ended")),
    }
}

/// The connection that exports the snapshot and reads the catalogue; then it copies like the others.
fn start_first(login: &Login, schema: Option<String>, tasks: Arc<Tasks>) -> Ready<Catalogue> {
    let (tell, ready) = mpsc::channel();
    let login = login.clone();
    thread::spawn(move || {
        session::run(async {
            let opened = async {
                let mut session = login.connect().await?;
                let catalogue = Catalogue::read(&mut session, schema.as_deref()).await?;
                Ok::<_, sea_orm::sqlx::Error>((session, catalogue))
            };
            match opened.await {
                Ok((session, catalogue)) => {
                    // Nobody waits any more when the source was dropped.
                    if tell.send(Ok(catalogue)).is_ok() {
                        copy::work(session, &tasks).await;
                    }
                }
                Err(error) => drop(tell.send(Err(session::words(&error)))),
            }
        });
    });
    ready
}

fn start_more(login: &Login, snapshot: String, tasks: Arc<Tasks>) -> Ready<()> {
    let (tell, ready) = mpsc::channel();
    let login = login.clone();
    thread::spawn(move || {
        session::run(async {
            let opened = async {
                let mut session = login.connect().await?;
                session::join(&mut session, &snapshot).await?;
                Ok::<_, sea_orm::sqlx::Error>(session)
            };
            match opened.await {
                Ok(session) => {
                    if tell.send(Ok(())).is_ok() {
                        copy::work(session, &tasks).await;
                    }
                }
                Err(error) => drop(tell.send(Err(session::words(&error)))),
            }
        });
    });
    ready
}

/// Tables, scripts, and what describes them all, which is written when all were read.
fn files(head: &SourceHead, catalogue: Catalogue, tasks: &Arc<Tasks>) -> Vec<SourceFile> {
    let schema = script::schema(&catalogue);
    let load = script::load(&catalogue);
    let keys = script::keys(&catalogue);
    let descriptor = Descriptor::of(head, &catalogue);
    let sums = Sums::new(catalogue.tables.len());
    let mut files = Vec::new();
    for (number, table) in catalogue.tables.into_iter().enumerate() {
        let ranges = table.copy_statements().into_iter();
        let ranges = ranges.map(|statement| tasks.add(statement)).collect();
        files.push(SourceFile {
            path: table.path(),
            executable: false,
            bytes: None,
            group: table.resource.clone(),
            table: Some(TableShape {
                name: table.resource.clone(),
                key_columns: table.key_places(),
                dialect: Dialect::default(),
                header: true,
            }),
            reader: Box::new(Incoming::new(ranges, number, sums.clone())),
        });
    }
    tasks.close();
    for (path, text) in [
        ("schema.sql", schema),
        ("load.sql", load),
        ("keys.sql", keys),
    ] {
        files.push(plain(path, Box::new(std::io::Cursor::new(text))));
    }
    files.push(plain("datapackage.json", Box::new(descriptor.reader(sums))));
    files
}

fn plain(path: &str, reader: Box<dyn std::io::Read + Send>) -> SourceFile {
    SourceFile {
        path: path.to_owned(),
        executable: false,
        bytes: None,
        table: None,
        group: String::new(),
        reader,
    }
}
