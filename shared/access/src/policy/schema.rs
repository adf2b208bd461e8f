//! The vocabulary of policies: what a caller, an operation and a question look like to Cedar.

use std::fmt::Write;
use std::str::FromStr;

use cedar_policy::{EntityId, EntityTypeName, EntityUid, Schema};

use crate::descriptor::{Descriptor, Operation};

/// Callers, resources, and the same context for every action; the actions come from the descriptor.
const VOCABULARY: &str = "
entity Caller = {
    kind: String, subject: String, assurance: Long, agency: String, functions: Set<String>, clearances: Set<String>
};
entity Resource;
";

/// The schema of one service.
pub(super) fn of(descriptor: &Descriptor) -> Result<Schema, String> {
    let mut text = VOCABULARY.to_owned();
    for operation in &descriptor.operations {
        // Names were found to need no escaping when the descriptor was read.
        writeln!(
            text,
            "action \"{}\" appliesTo {{ principal: [Caller], resource: [Resource], \
             context: {{ purpose: String, case_number: Bool }} }};",
            action(descriptor, operation)
        )
        .map_err(|_| "the schema cannot be written")?;
    }
    Schema::from_str(&text).map_err(|fault| format!("the schema: {fault}"))
}

/// The action of an operation: `household:own_record`.
pub(super) fn action(descriptor: &Descriptor, operation: &Operation) -> String {
    format!("{}:{}", descriptor.service, operation.id)
}

/// A thing's name in Cedar.
pub(super) fn uid(kind: &str, name: &str) -> Result<EntityUid, String> {
    Ok(EntityUid::from_type_name_and_id(
        self::kind(kind)?,
        EntityId::new(name),
    ))
}

/// The name of a type in Cedar.
pub(super) fn kind(name: &str) -> Result<EntityTypeName, String> {
    EntityTypeName::from_str(name).map_err(|fault| fault.to_string())
}
