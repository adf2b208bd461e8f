//! What cargo links into the programs, from `cargo tree`: the packages and features that it resolves for exactly these programs and the
//! target, which `cargo metadata` does not say (it resolves for the whole workspace with its tests).

use std::collections::{BTreeMap, BTreeSet};

use crate::workspace::Workspace;
use crate::{Failure, TARGET, cargo, said};

/// A package as people name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) name: String,
    pub(crate) version: String,
}

/// A package that is in a program, or by whose macros it was written.
#[derive(Debug, Default)]
pub(crate) struct Use {
    /// Whether its code is linked; a macro, and what only macros need, ran while the program was compiled.
    pub(crate) is_linked: bool,
    pub(crate) needs: BTreeSet<Name>,
}

/// A package with certain features, by the line that cargo writes of it.
#[derive(Debug)]
struct Node {
    name: Name,
    is_macro: bool,
    needs: BTreeSet<String>,
}

/// Which package of the programs needs which.
#[derive(Debug, Default)]
pub(crate) struct Graph(BTreeMap<String, Node>);

impl Graph {
    /// Asks cargo, for all programs at once: they are also compiled so, and what one of them switches on is on for all.
    pub(crate) fn read(workspace: &Workspace) -> Result<Self, Failure> {
        let mut tree = cargo();
        tree.current_dir(workspace.root());
        tree.args(["tree", "--locked", "--target", TARGET]);
        tree.args(["--edges", "normal", "--prefix", "depth"]);
        tree.args(["--format", "{p}\t{f}"]);
        for program in workspace.programs() {
            tree.args(["--package", &program.name]);
        }
        Self::parse(&said(&mut tree)?)
    }

    fn parse(text: &str) -> Result<Self, Failure> {
        let mut graph = Self::default();
        let mut above: Vec<String> = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let lost = || format!("cargo tree: `{line}` is not understood");
            let digits = line
                .find(|letter: char| !letter.is_ascii_digit())
                .ok_or_else(lost)?;
            let (depth, node) = line.split_at(digits);
            let depth: usize = depth.parse().map_err(|_| lost())?;
            // Where it stands a second time, what it needs is not written out again.
            let node = node.strip_suffix(" (*)").unwrap_or(node);
            let mut words = node.split_whitespace();
            let name = words.next().ok_or_else(lost)?;
            let version = words
                .next()
                .and_then(|word| word.strip_prefix('v'))
                .ok_or_else(lost)?;
            above.truncate(depth);
            if above.len() != depth {
                return Err(lost().into());
            }
            if let Some(needing) = above.last().and_then(|parent| graph.0.get_mut(parent)) {
                needing.needs.insert(node.to_owned());
            }
            above.push(node.to_owned());
            graph.0.entry(node.to_owned()).or_insert_with(|| Node {
                name: Name {
                    name: name.to_owned(),
                    version: version.to_owned(),
                },
                is_macro: node.contains(" (proc-macro)"),
                needs: BTreeSet::new(),
            });
        }
        Ok(graph)
    }

    /// Everything that the program is made of, itself among it.
    pub(crate) fn of(&self, program: &str) -> Result<BTreeMap<Name, Use>, Failure> {
        let root = self
            .0
            .iter()
            .find(|(_, node)| node.name.name == program)
            .ok_or_else(|| format!("cargo tree does not know {program}"))?;
        let mut found = BTreeMap::<Name, Use>::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![(root.0.as_str(), true)];
        while let Some((key, is_linked)) = open.pop() {
            let Some(node) = self.0.get(key).filter(|_| seen.insert((key, is_linked))) else {
                continue;
            };
            let is_linked = is_linked && !node.is_macro;
            let entry = found.entry(node.name.clone()).or_default();
            entry.is_linked |= is_linked;
            for needed in &node.needs {
                entry
                    .needs
                    .extend(self.0.get(needed).map(|node| node.name.clone()));
                open.push((needed, is_linked));
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::{Graph, Name};

    const TREE: &str = "0door v0.1.0 (/x/door)\t\n\
                        1json v1.0.2\tstd\n\
                        2digits v2.0.0\t\n\
                        1derive v1.1.0 (proc-macro)\t\n\
                        2digits v2.0.0\tfull\n\
                        2syntax v3.0.0\t\n\
                        \n\
                        0other v0.1.0 (/x/other)\t\n\
                        1json v1.0.2\tstd (*)\n\
                        1syntax v3.0.0\t\n";

    fn name(name: &str, version: &str) -> Name {
        Name {
            name: name.to_owned(),
            version: version.to_owned(),
        }
    }

    #[test]
    fn macros_and_what_only_they_need_are_not_linked() {
        let found = Graph::parse(TREE).unwrap().of("door").unwrap();
        let linked: Vec<&str> = found
            .iter()
            .filter(|(_, used)| used.is_linked)
            .map(|(name, _)| name.name.as_str())
            .collect();
        assert_eq!(linked, ["digits", "door", "json"]);
        assert!(!found[&name("derive", "1.1.0")].is_linked);
        assert!(!found[&name("syntax", "3.0.0")].is_linked);
        assert_eq!(found.len(), 5);
    }

    #[test]
    fn what_stands_written_out_under_one_program_counts_for_the_other() {
        let found = Graph::parse(TREE).unwrap().of("other").unwrap();
        assert!(found[&name("digits", "2.0.0")].is_linked);
        assert!(found[&name("syntax", "3.0.0")].is_linked);
        assert!(
            found[&name("json", "1.0.2")]
                .needs
                .contains(&name("digits", "2.0.0"))
        );
        assert!(!found.contains_key(&name("derive", "1.1.0")));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for broken in [
            "door v0.1.0",
            "0door",
            "0door 0.1.0",
            "0a v1.0.0\t\n2b v1.0.0\t",
        ] {
            let fault = Graph::parse(broken).unwrap_err().to_string();
            assert!(fault.contains("is not understood"), "{fault}");
        }
        assert!(Graph::parse(TREE).unwrap().of("nobody").is_err());
    }
}
