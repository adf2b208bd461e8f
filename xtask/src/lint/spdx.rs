//! Licence expressions (SPDX specification, annex D), as far as crates use them.

/// Whether the expression can be met with licences that `allowed` accepts. Crates' old form `MIT/Apache-2.0` means OR.
///
/// # Errors
/// What is not understood: then nothing is allowed.
pub(super) fn is_met(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let met = any(&mut rest, allowed);
    match met {
        Some(met) if rest.is_empty() => Ok(met),
        _ => Err(format!(
            "the licence expression {expression} is not understood"
        )),
    }
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    let found = rest.first() == Some(&word);
    if found {
        *rest = &rest[1..];
    }
    found
}

fn any(rest: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut met = all(rest, allowed)?;
    while take(rest, "OR") {
        met |= all(rest, allowed)?;
    }
    Some(met)
}

fn all(rest: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut met = one(rest, allowed)?;
    while take(rest, "AND") {
        met &= one(rest, allowed)?;
    }
    Some(met)
}

fn one(rest: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    if take(rest, "(") {
        let met = any(rest, allowed)?;
        return take(rest, ")").then_some(met);
    }
    let name = *rest
        .first()
        .filter(|word| !["AND", "OR", "WITH", ")"].contains(word))?;
    *rest = &rest[1..];
    if take(rest, "WITH") {
        let exception = *rest.first()?;
        *rest = &rest[1..];
        // An exception only ever allows more than its licence does.
        return Some(allowed(&format!("{name} WITH {exception}")) || allowed(name));
    }
    Some(allowed(name))
}

#[cfg(test)]
mod tests {
    use super::is_met;

    fn met(expression: &str) -> Result<bool, String> {
        is_met(expression, &|name| {
            ["MIT", "Apache-2.0", "BSD-3-Clause"].contains(&name)
        })
    }

    #[test]
    fn one_of_several_is_enough_for_or_and_all_are_needed_for_and() {
        assert_eq!(met("MIT OR GPL-3.0"), Ok(true));
        assert_eq!(met("MIT/GPL-3.0"), Ok(true));
        assert_eq!(met("MIT AND GPL-3.0"), Ok(false));
        assert_eq!(met("(GPL-2.0 OR MIT) AND BSD-3-Clause"), Ok(true));
        assert_eq!(
            met("GPL-2.0 OR MIT AND GPL-3.0"),
            Ok(false),
            "AND binds closer"
        );
        assert_eq!(met("Apache-2.0 WITH LLVM-exception"), Ok(true));
    }

    #[test]
    fn what_is_not_understood_is_not_allowed() {
        for broken in ["", "MIT OR", "(MIT", "MIT Apache-2.0", "OR MIT", "MIT WITH"] {
            assert!(met(broken).is_err(), "{broken}");
        }
    }
}
