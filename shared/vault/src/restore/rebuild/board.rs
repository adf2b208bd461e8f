//! What is to be done, by whom it may be begun, and in which order: rows first, then keys, the largest table's first.
//!
//! Two sessions never want locks of the server that exclude each other, so none waits, and none can wait for the other for ever.

use std::collections::VecDeque;

use super::rows::Rows;
use super::script::{Build, BuildKind};

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Task {
    /// Copy rows.
    Rows(Rows),
    /// Run the statement of the key at this place.
    Build {
        number: usize,
        /// Cores that nobody else uses.
        helpers: usize,
    },
}

/// What somebody who has nothing to do is told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Task(Task),
    /// Something may be there after the next change.
    Wait,
    /// Nothing more will be.
    Over,
}

#[derive(Debug, Default)]
struct Table {
    bytes: u64,
    /// Pieces of its rows that are not in yet.
    rows_left: usize,
    /// Keys that are not built yet, foreign ones left out.
    constraints_left: usize,
    indexes_left: usize,
    sharing: usize,
    is_taken: bool,
}

/// What is to be done.
#[derive(Debug)]
pub(super) struct Board {
    rows: VecDeque<Rows>,
    tables: Vec<Table>,
    builds: Vec<Build>,
    /// Places of those that nobody has begun.
    waiting: Vec<usize>,
    /// Sessions that may build at a time.
    builders: usize,
    building: usize,
    copying: usize,
}

impl Board {
    /// `bytes`: of each table. `builders`: sessions that may build at a time; more may copy.
    pub(super) fn new(bytes: &[u64], rows: Vec<Rows>, builds: &[Build], builders: usize) -> Self {
        let table = |bytes: &u64| Table {
            bytes: *bytes,
            ..Table::default()
        };
        let mut tables: Vec<Table> = bytes.iter().map(table).collect();
        for piece in &rows {
            tables[piece.table].rows_left += 1;
        }
        for build in builds {
            for table in &build.tables {
                match build.kind {
                    BuildKind::Constraint => tables[*table].constraints_left += 1,
                    BuildKind::Index => tables[*table].indexes_left += 1,
                    BuildKind::ForeignKey => {}
                }
            }
        }
        let cost = |build: &Build| -> u64 {
            let touched = build.tables.iter();
            touched.map(|table| tables[*table].bytes).sum()
        };
        let mut waiting: Vec<usize> = (0..builds.len()).collect();
        // Of one table in the order of the script.
        waiting.sort_by_key(|number| std::cmp::Reverse(cost(&builds[*number])));
        Self {
            rows: rows.into(),
            tables,
            builds: builds.to_vec(),
            waiting,
            builders,
            building: 0,
            copying: 0,
        }
    }

    /// The next task. `has_begun` says whether the first bytes of a piece have come; who takes one waits for the rest.
    pub(super) fn next(&mut self, has_begun: impl Fn(&Rows) -> bool) -> Next {
        if self.rows.front().is_some_and(has_begun)
            && let Some(rows) = self.rows.pop_front()
        {
            self.copying += 1;
            return Next::Task(Task::Rows(rows));
        }
        let ready = self
            .waiting
            .iter()
            .position(|number| self.is_ready(*number));
        if let Some(place) = ready.filter(|_| self.building < self.builders) {
            let number = self.waiting.remove(place);
            self.take(number);
            return Next::Task(Task::Build {
                number,
                helpers: self.idle(),
            });
        }
        if self.rows.is_empty() && self.waiting.is_empty() {
            Next::Over
        } else {
            Next::Wait
        }
    }

    pub(super) fn build(&self, number: usize) -> &Build {
        &self.builds[number]
    }

    /// A task has been done.
    pub(super) fn done(&mut self, task: &Task) {
        match task {
            Task::Rows(rows) => {
                self.copying -= 1;
                self.tables[rows.table].rows_left -= 1;
            }
            Task::Build { number, .. } => {
                self.building -= 1;
                let build = &self.builds[*number];
                for table in &build.tables {
                    let table = &mut self.tables[*table];
                    match build.kind {
                        BuildKind::Constraint => table.constraints_left -= 1,
                        BuildKind::Index => table.indexes_left -= 1,
                        BuildKind::ForeignKey => {}
                    }
                    if build.kind == BuildKind::Index {
                        table.sharing -= 1;
                    } else {
                        table.is_taken = false;
                    }
                }
            }
        }
    }

    fn is_ready(&self, number: usize) -> bool {
        let build = &self.builds[number];
        build.tables.iter().all(|table| {
            let table = &self.tables[*table];
            let is_free = table.rows_left == 0 && !table.is_taken;
            is_free
                && match build.kind {
                    BuildKind::Constraint => table.sharing == 0,
                    BuildKind::Index => table.constraints_left == 0,
                    BuildKind::ForeignKey => table.constraints_left == 0 && table.indexes_left == 0,
                }
        })
    }

    fn take(&mut self, number: usize) {
        self.building += 1;
        let build = &self.builds[number];
        for table in &build.tables {
            if build.kind == BuildKind::Index {
                self.tables[*table].sharing += 1;
            } else {
                self.tables[*table].is_taken = true;
            }
        }
    }

    /// Builders that neither build nor will find something to do now.
    fn idle(&self) -> usize {
        let ready = self.waiting.iter().filter(|number| self.is_ready(**number));
        let wanted = self.building + self.copying + self.rows.len() + ready.count();
        self.builders.saturating_sub(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::{Board, Next, Task};
    use crate::restore::rebuild::rows::Rows;
    use crate::restore::rebuild::script::{Build, BuildKind};

    fn rows(table: usize) -> Rows {
        Rows {
            table,
            file: 0,
            range: 0..1,
            rows: Some(1),
            is_whole: true,
        }
    }

    fn build(kind: BuildKind, tables: &[usize]) -> Build {
        Build {
            kind,
            statement: String::new(),
            tables: tables.to_vec(),
        }
    }

    fn number(next: &Next) -> Option<usize> {
        match next {
            Next::Task(Task::Build { number, .. }) => Some(*number),
            _ => None,
        }
    }

    fn done(board: &mut Board, number: usize) {
        board.done(&Task::Build { number, helpers: 0 });
    }

    #[test]
    fn keys_wait_for_all_rows_of_their_table_and_the_largest_come_first() {
        let builds = [
            build(BuildKind::Index, &[0]),
            build(BuildKind::Index, &[1]),
            build(BuildKind::Index, &[1]),
        ];
        let mut board = Board::new(&[1, 9], vec![rows(1), rows(1), rows(0)], &builds, 2);
        for table in [1, 1, 0] {
            assert_eq!(board.next(|_| true), Next::Task(Task::Rows(rows(table))));
        }
        assert_eq!(board.next(|_| true), Next::Wait);
        board.done(&Task::Rows(rows(0)));
        assert_eq!(number(&board.next(|_| true)), Some(0));
        board.done(&Task::Rows(rows(1)));
        assert_eq!(board.next(|_| true), Next::Wait);
        board.done(&Task::Rows(rows(1)));
        assert_eq!(number(&board.next(|_| true)), Some(1));
        done(&mut board, 0);
        assert_eq!(number(&board.next(|_| true)), Some(2));
        assert_eq!(board.next(|_| true), Next::Over);
    }

    #[test]
    fn while_rows_do_not_come_keys_are_built() {
        let builds = [build(BuildKind::Index, &[0])];
        let mut board = Board::new(&[1, 1], vec![rows(0), rows(1)], &builds, 2);
        assert!(matches!(board.next(|_| true), Next::Task(Task::Rows(_))));
        board.done(&Task::Rows(rows(0)));
        assert_eq!(number(&board.next(|_| false)), Some(0));
        assert_eq!(board.next(|_| false), Next::Wait);
    }

    #[test]
    fn a_constraint_is_alone_with_its_table_and_a_foreign_key_comes_last() {
        let builds = [
            build(BuildKind::Constraint, &[0]),
            build(BuildKind::Constraint, &[0]),
            build(BuildKind::Index, &[0]),
            build(BuildKind::Index, &[0]),
            build(BuildKind::ForeignKey, &[0, 1]),
            build(BuildKind::ForeignKey, &[1, 0]),
        ];
        let mut board = Board::new(&[1, 1], vec![], &builds, 4);
        let mut seen = Vec::new();
        loop {
            let mut at_once = Vec::new();
            while let Some(number) = number(&board.next(|_| true)) {
                at_once.push(number);
            }
            if at_once.is_empty() {
                break;
            }
            for number in &at_once {
                done(&mut board, *number);
            }
            seen.push(at_once);
        }
        let steps: [&[usize]; 5] = [&[0], &[1], &[2, 3], &[4], &[5]];
        assert_eq!(seen, steps);
        assert_eq!(board.next(|_| true), Next::Over);
    }

    #[test]
    fn more_may_copy_than_build() {
        let builds = [build(BuildKind::Index, &[0]), build(BuildKind::Index, &[0])];
        let mut board = Board::new(&[1, 1], vec![rows(1), rows(1)], &builds, 1);
        assert!(matches!(board.next(|_| true), Next::Task(Task::Rows(_))));
        assert!(matches!(board.next(|_| true), Next::Task(Task::Rows(_))));
        assert_eq!(number(&board.next(|_| true)), Some(0));
        assert_eq!(board.next(|_| true), Next::Wait);
        done(&mut board, 0);
        assert_eq!(number(&board.next(|_| true)), Some(1));
    }

    #[test]
    fn the_last_one_is_helped() {
        let builds = [build(BuildKind::Index, &[0]), build(BuildKind::Index, &[0])];
        let mut board = Board::new(&[1], vec![], &builds, 2);
        let helpers = |next: Next| match next {
            Next::Task(Task::Build { helpers, .. }) => helpers,
            _ => usize::MAX,
        };
        assert_eq!(helpers(board.next(|_| true)), 0);
        done(&mut board, 0);
        assert_eq!(helpers(board.next(|_| true)), 1);
    }
}
