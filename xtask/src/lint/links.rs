//! Links and file names in the documents lead to what is there.

use super::tree::{Tree, is};

/// A code span that begins with one of these names a file or folder of the repository.
const TOP: [&str; 11] = [
    "services/",
    "shared/",
    "openapi/",
    "helm/",
    "k8s/",
    "tests/",
    "docs/",
    "xtask/",
    ".ci/",
    ".cargo/",
    "target/",
];

/// Every link and every file name in a Markdown document that leads nowhere.
pub(super) fn faults(tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    let documents = tree.0.iter().filter(|(path, _)| is("md", path));
    for (path, content) in documents {
        for (number, line) in prose(content) {
            for target in link_targets(line) {
                if let Err(why) = check_link(tree, path, target) {
                    faults.push(format!("{path}:{number}: the link {target} {why}"));
                }
            }
            for name in code_spans(line).filter(|span| names_a_file(span)) {
                if !is_there(tree, path, name) {
                    faults.push(format!("{path}:{number}: there is no {name}"));
                }
            }
        }
    }
    faults
}

/// The lines outside of fenced blocks, numbered from 1.
fn prose(content: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    content
        .lines()
        .enumerate()
        .filter_map(move |(index, line)| {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
                return None;
            }
            (!fenced).then_some((index + 1, line))
        })
}

/// The targets of `[text](target)` and `![text](target)`.
fn link_targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split(')').next()?;
        Some(target.split_whitespace().next().unwrap_or(target))
    })
}

fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// A placeholder or a pattern is not a name.
fn names_a_file(span: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-".contains(letter);
    TOP.iter().any(|top| span.starts_with(top))
        && span.chars().all(plain)
        && !span.starts_with("target/")
}

/// From the root, or beside the document (a service's README says `tests/http.rs` of its own folder).
fn is_there(tree: &Tree, document: &str, name: &str) -> bool {
    tree.has(name) || resolve(document, name).is_some_and(|path| tree.has(&path))
}

fn check_link(tree: &Tree, document: &str, target: &str) -> Result<(), &'static str> {
    if target.contains("://") || target.starts_with("mailto:") {
        return Ok(());
    }
    let (path, anchor) = target
        .split_once('#')
        .map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let file = if path.is_empty() {
        document.to_owned()
    } else {
        resolve(document, path).ok_or("leaves the repository")?
    };
    if !tree.has(&file) {
        return Err("leads nowhere");
    }
    match (anchor, tree.0.get(&file)) {
        (Some(anchor), Some(content)) if is("md", &file) => {
            let found = prose(content)
                .filter_map(|(_, line)| heading(line))
                .any(|slug| slug == anchor);
            found.then_some(()).ok_or("has no such heading")
        }
        _ => Ok(()),
    }
}

/// The path from the root of what a document calls so.
fn resolve(document: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = match path.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => document.split('/').collect(),
    };
    parts.pop();
    for part in path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
    {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    Some(parts.join("/"))
}

/// What a link to this heading says after its `#`.
fn heading(line: &str) -> Option<String> {
    let title = line
        .trim_start_matches('#')
        .strip_prefix(' ')
        .filter(|_| line.starts_with('#'))?;
    let slug = title.trim().to_lowercase();
    let slug = slug
        .chars()
        .filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    Some(
        slug.map(|letter| if letter == ' ' { '-' } else { letter })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::{Tree, faults};

    fn found(document: &str) -> Vec<String> {
        let files = [
            ("docs/a.md", document),
            ("docs/b.md", "# One idea, `a` file\n"),
            ("shared/access/src/lib.rs", ""),
        ];
        faults(&Tree(
            files
                .iter()
                .map(|(path, content)| ((*path).to_owned(), (*content).to_owned()))
                .collect(),
        ))
    }

    #[test]
    fn what_is_there_is_no_fault() {
        let good = "[b](b.md#one-idea-a-file) [code](../shared/access) [out](https://example.org/x) `shared/access/src/lib.rs`\n\
                    `services/<name>/` and `openapi/*.json` are patterns\n```\n[x](nowhere.md)\n```\n";
        assert_eq!(found(good), Vec::<String>::new());
    }

    #[test]
    fn what_leads_nowhere_is_found() {
        assert_eq!(
            found("[b](c.md)\n[b](b.md#two)\n`shared/access/src/gone.rs`\n[up](../../x)\n"),
            [
                "docs/a.md:1: the link c.md leads nowhere",
                "docs/a.md:2: the link b.md#two has no such heading",
                "docs/a.md:3: there is no shared/access/src/gone.rs",
                "docs/a.md:4: the link ../../x leaves the repository",
            ]
        );
    }
}
