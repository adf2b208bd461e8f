//! What of a restore point is wanted.

use super::RestoreError;
use crate::object::SourceEntry;

/// What of a restore point is wanted; everything, when nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Only the sources of these systems, or of these names.
    pub systems: Vec<String>,
    /// Only sources of this recovery tier or one that comes before it.
    pub tier: Option<u8>,
    /// Only these tables.
    pub tables: Vec<String>,
    /// Only the part of the table (exactly one) in which this key lies: the first column of its primary key.
    pub key: Option<String>,
    /// Systems in the order in which they are wanted; those of a tier come in this order, others after them by name.
    pub order: Vec<String>,
}

/// What is known of a source before its manifest is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub(super) name: &'a str,
    pub(super) system: Option<&'a str>,
    pub(super) tier: Option<u8>,
}

impl Choice {
    /// Refuses what contradicts itself.
    pub(super) fn check(&self) -> Result<(), RestoreError> {
        if self.key.is_some() && self.tables.len() != 1 {
            let said = "a key is looked up in one table: name it with --table NAME";
            return Err(RestoreError::Usage(said.to_owned()));
        }
        Ok(())
    }

    /// The sources that are wanted, as indices into `sources`, in the order in which they are restored.
    pub(super) fn sources(&self, sources: &[Candidate<'_>]) -> Result<Vec<usize>, RestoreError> {
        for system in &self.systems {
            if !sources.iter().any(|source| source.is(system)) {
                let known: Vec<_> = sources.iter().map(|source| source.name).collect();
                return Err(RestoreError::Usage(format!(
                    "this restore point holds no `{system}`; it holds {}",
                    known.join(", ")
                )));
            }
        }
        let mut wanted: Vec<usize> = (0..sources.len())
            .filter(|at| self.wants(&sources[*at]))
            .collect();
        if wanted.is_empty() {
            let said = "nothing in this restore point is of that tier";
            return Err(RestoreError::Usage(said.to_owned()));
        }
        wanted.sort_by_key(|at| {
            let source = &sources[*at];
            let place = self.order.iter().position(|system| source.is(system));
            let last = usize::MAX;
            (
                source.tier.unwrap_or(u8::MAX),
                place.unwrap_or(last),
                source.name,
            )
        });
        Ok(wanted)
    }

    fn wants(&self, source: &Candidate<'_>) -> bool {
        let named = self.systems.is_empty() || self.systems.iter().any(|system| source.is(system));
        let in_time = self
            .tier
            .is_none_or(|last| source.tier.is_some_and(|tier| tier <= last));
        named && in_time
    }

    /// Whether a file of this table is wanted.
    pub(super) fn wants_table(&self, table: Option<&str>) -> bool {
        self.tables.is_empty()
            || table.is_some_and(|table| self.tables.iter().any(|wanted| wanted == table))
    }
}

impl<'a> From<&'a SourceEntry> for Candidate<'a> {
    fn from(source: &'a SourceEntry) -> Self {
        Self {
            name: &source.name,
            system: source.system.as_deref(),
            tier: source.tier,
        }
    }
}

impl Candidate<'_> {
    fn is(&self, name: &str) -> bool {
        self.name == name || self.system == Some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Choice};

    const SOURCES: [Candidate<'_>; 4] = [
        Candidate {
            name: "scans",
            system: None,
            tier: None,
        },
        Candidate {
            name: "tax-export",
            system: Some("local-tax"),
            tier: Some(1),
        },
        Candidate {
            name: "vehicles",
            system: Some("vehicle-driver"),
            tier: Some(0),
        },
        Candidate {
            name: "people",
            system: Some("household"),
            tier: Some(0),
        },
    ];

    #[test]
    fn the_most_urgent_come_first_in_the_declared_order() {
        let order = vec!["household".to_owned(), "vehicle-driver".to_owned()];
        let all = Choice {
            order,
            ..Choice::default()
        };
        assert_eq!(all.sources(&SOURCES).unwrap(), [3, 2, 1, 0]);
        let urgent = Choice {
            tier: Some(0),
            ..Choice::default()
        };
        assert_eq!(urgent.sources(&SOURCES).unwrap(), [3, 2]);
    }

    #[test]
    fn a_source_goes_by_its_name_or_its_system() {
        for name in ["tax-export", "local-tax"] {
            let one = Choice {
                systems: vec![name.to_owned()],
                ..Choice::default()
            };
            assert_eq!(one.sources(&SOURCES).unwrap(), [1]);
        }
        let none = Choice {
            systems: vec!["tax".to_owned()],
            ..Choice::default()
        };
        assert!(
            none.sources(&SOURCES)
                .unwrap_err()
                .to_string()
                .contains("people")
        );
    }
}
