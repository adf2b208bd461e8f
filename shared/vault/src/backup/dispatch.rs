//! Hands the files of the sources to the cutting threads: files of one table go to one thread, in order; two tables are cut at
//! once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::source::{Source, SourceError, SourceFile, SourceHead};

/// How many files are opened before their thread is ready for them.
const AHEAD: usize = 32;

/// Something that is backed up, as a list of files.
pub trait Feed: Send {
    /// What it is.
    fn head(&self) -> &SourceHead;

    /// Its bytes, when they are known before reading.
    fn bytes(&self) -> Option<u64>;

    /// The next file; those of one group follow each other.
    ///
    /// # Errors
    /// When it cannot be read.
    fn next_file(&mut self) -> Result<Option<SourceFile>, SourceError>;

    /// What the operator should be told, once every file was read.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Feed for Source {
    fn head(&self) -> &SourceHead {
        Self::head(self)
    }

    fn bytes(&self) -> Option<u64> {
        Self::bytes(self)
    }

    fn next_file(&mut self) -> Result<Option<SourceFile>, SourceError> {
        Self::next_file(self)
    }

    fn notes(&self) -> Vec<String> {
        Self::notes(self).iter().map(ToString::to_string).collect()
    }
}

/// Index of the source, and the file's group in it.
pub(crate) type GroupKey = (usize, String);

/// A file to be cut.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) key: GroupKey,
    /// Its place among the files of its source.
    pub(crate) place: u64,
    pub(crate) file: SourceFile,
}

/// All sources of a run.
pub(crate) struct Dispatch {
    queue: Mutex<Queue>,
    changed: Condvar,
}

struct Queue {
    sources: Vec<Box<dyn Feed>>,
    at: usize,
    place: u64,
    /// The group of the file that was pulled last: only it can have more files.
    open: Option<GroupKey>,
    /// Files of the open group, whose thread is at an earlier one.
    waiting: HashMap<GroupKey, VecDeque<Task>>,
    /// First files of groups that nobody has yet.
    begun: VecDeque<Task>,
}

impl Queue {
    fn pull(&mut self) -> Result<Option<Task>, SourceError> {
        while let Some(source) = self.sources.get_mut(self.at) {
            if let Some(file) = source.next_file()? {
                let place = self.place;
                self.place += 1;
                let key = (self.at, file.group.clone());
                return Ok(Some(Task { key, place, file }));
            }
            self.at += 1;
            self.place = 0;
        }
        Ok(None)
    }

    fn ahead(&self) -> usize {
        self.waiting.values().map(VecDeque::len).sum()
    }
}

impl Dispatch {
    pub(crate) fn new(sources: Vec<Box<dyn Feed>>) -> Self {
        Self {
            queue: Mutex::new(Queue {
                sources,
                at: 0,
                place: 0,
                open: None,
                waiting: HashMap::new(),
                begun: VecDeque::new(),
            }),
            changed: Condvar::new(),
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the sources have to say, now that all their files were read.
    pub(crate) fn notes(&self) -> Vec<String> {
        let queue = self.queue();
        queue
            .sources
            .iter()
            .flat_map(|source| source.notes())
            .collect()
    }

    /// The first file of a group that no thread has; none when there are no more.
    pub(crate) fn next_group(
        &self,
        is_over: impl Fn() -> bool,
    ) -> Result<Option<Task>, SourceError> {
        let mut queue = self.queue();
        loop {
            if is_over() {
                return Ok(None);
            }
            if let Some(task) = queue.begun.pop_front() {
                return Ok(Some(task));
            }
            if queue.ahead() >= AHEAD {
                let patience = std::time::Duration::from_millis(100);
                let woken = self.changed.wait_timeout(queue, patience);
                queue = woken.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            let Some(task) = queue.pull()? else {
                queue.open = None;
                return Ok(None);
            };
            if queue.open.as_ref() != Some(&task.key) {
                queue.open = Some(task.key.clone());
                return Ok(Some(task));
            }
            let key = task.key.clone();
            queue.waiting.entry(key).or_default().push_back(task);
        }
    }

    /// The next file of the group that the caller has; none when it has no more.
    pub(crate) fn next_of(&self, key: &GroupKey) -> Result<Option<Task>, SourceError> {
        let mut queue = self.queue();
        if let Some(waiting) = queue.waiting.get_mut(key)
            && let Some(task) = waiting.pop_front()
        {
            self.changed.notify_all();
            return Ok(Some(task));
        }
        queue.waiting.remove(key);
        if queue.open.as_ref() != Some(key) {
            return Ok(None);
        }
        match queue.pull()? {
            Some(task) if task.key == *key => Ok(Some(task)),
            Some(task) => {
                queue.open = Some(task.key.clone());
                queue.begun.push_back(task);
                Ok(None)
            }
            None => {
                queue.open = None;
                Ok(None)
            }
        }
    }
}
