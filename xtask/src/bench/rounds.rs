//! Contestants in turn, so that a moment's noise meets all of them.

use std::collections::BTreeMap;

use super::Setting;
use crate::Failure;

/// The figures of one run, by the key of their column.
pub(crate) type Run = BTreeMap<&'static str, f64>;

/// Somebody who is measured.
pub(crate) trait Contestant {
    /// What the table calls it.
    fn name(&self) -> &str;

    /// One run.
    ///
    /// # Errors
    /// When it could not be run to its end: then there are no figures at all.
    fn run(&mut self, setting: &Setting) -> Result<Run, Failure>;
}

/// All runs of one contestant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) runs: Vec<Run>,
}

impl Series {
    /// The median of a column; none when no run has it.
    pub(crate) fn median(&self, column: &str) -> Option<f64> {
        let values: Vec<f64> = self
            .runs
            .iter()
            .filter_map(|run| run.get(column).copied())
            .collect();
        median(values)
    }
}

/// Runs them A B … A B …, as often as the setting says.
pub(crate) fn in_turn(
    contestants: &mut [Box<dyn Contestant + '_>],
    setting: &Setting,
) -> Result<Vec<Series>, Failure> {
    let mut all: Vec<Series> = contestants
        .iter()
        .map(|contestant| Series {
            name: contestant.name().to_owned(),
            runs: Vec::new(),
        })
        .collect();
    for round in 1..=setting.runs {
        for (contestant, series) in contestants.iter_mut().zip(&mut all) {
            setting.go_on()?;
            eprintln!("{round}/{}: {}", setting.runs, series.name);
            // What the one before left to be written would be written in this one's time.
            std::process::Command::new("sync").status()?;
            let run = contestant
                .run(setting)
                .map_err(|failure| format!("{}: {failure}", series.name))?;
            series.runs.push(run);
        }
    }
    Ok(all)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{Contestant, Run, Setting, in_turn, median};
    use crate::Failure;

    struct Noted(&'static str, Rc<RefCell<Vec<&'static str>>>);

    impl Contestant for Noted {
        fn name(&self) -> &str {
            self.0
        }

        fn run(&mut self, _: &Setting) -> Result<Run, Failure> {
            self.1.borrow_mut().push(self.0);
            Ok(Run::from([("figure", 1.0)]))
        }
    }

    fn setting() -> Setting {
        let interrupted = Arc::new(AtomicBool::new(false));
        Setting {
            programs: "".into(),
            snapshots: "".into(),
            runs: 2,
            interrupted,
        }
    }

    #[test]
    fn contestants_run_in_turn() {
        let order = Rc::default();
        let mut both: Vec<Box<dyn Contestant>> = vec![
            Box::new(Noted("a", Rc::clone(&order))),
            Box::new(Noted("b", Rc::clone(&order))),
        ];
        let series = in_turn(&mut both, &setting()).unwrap();
        assert_eq!(*order.borrow(), ["a", "b", "a", "b"]);
        assert_eq!(series[1].runs.len(), 2);
    }

    #[test]
    fn an_interrupt_ends_the_rounds() {
        let setting = setting();
        setting.interrupted.store(true, Ordering::Relaxed);
        let mut one: Vec<Box<dyn Contestant>> = vec![Box::new(Noted("a", Rc::default()))];
        assert!(in_turn(&mut one, &setting).is_err());
    }

    #[test]
    fn one_bad_run_does_not_move_the_median() {
        assert_eq!(median(vec![3.0, 900.0, 1.0]), Some(3.0));
        assert_eq!(median(vec![1.0, 2.0]), Some(1.5));
        assert_eq!(median(Vec::new()), None);
    }
}
