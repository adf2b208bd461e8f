//! The vocabulary of policies: what is known of a caller, and which actions a service has.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use cedar_policy::{Entity, RestrictedExpression, Schema};

use super::{entity, text};
use crate::caller::{Assurance, Caller};

/// Callers and resources, the same for every service. Keep in step with [`principal`]; a test does.
const VOCABULARY: &str = "
    entity Caller {
        kind: String,
        subject: String,
        assurance: Long,
        agency: String,
        functions: Set<String>,
        clearances: Set<String>,
    };
    entity Resource;
";

/// The schema of one service with these operations.
pub(super) fn of(service: &str, operations: &HashSet<&str>) -> Result<Schema, String> {
    let mut source = VOCABULARY.to_owned();
    for operation in operations {
        let action = format!("{service}:{operation}");
        if action.contains(['"', '\\']) {
            return Err(format!("{action:?} is not the name of an action"));
        }
        write!(
            source,
            "action \"{action}\" appliesTo {{
                principal: [Caller], resource: [Resource], context: {{ purpose: String, case_number: Bool }}
            }};"
        )
        .map_err(|error| error.to_string())?;
    }
    Schema::from_cedarschema_str(&source).map(|(schema, _)| schema).map_err(|error| error.to_string())
}

/// The caller as policies see it.
pub(super) fn principal(caller: &Caller) -> Option<Entity> {
    let set = |values: &std::collections::BTreeSet<String>| {
        RestrictedExpression::new_set(values.iter().map(|value| text(value.as_str())))
    };
    let assurance = match caller.assurance {
        Assurance::None => 0,
        Assurance::Basic => 1,
        Assurance::Strong => 2,
    };
    let kind = caller.kind.to_string();
    let attributes = HashMap::from([
        ("kind".to_owned(), text(kind.as_str())),
        ("subject".to_owned(), text(caller.subject.as_str())),
        ("assurance".to_owned(), RestrictedExpression::new_long(assurance)),
        ("agency".to_owned(), text(caller.agency.as_deref().unwrap_or_default())),
        ("functions".to_owned(), set(&caller.functions)),
        ("clearances".to_owned(), set(&caller.clearances)),
    ]);
    entity("Caller", &kind, attributes)
}
