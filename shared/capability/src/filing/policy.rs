//! Who may file: it follows from the declared kinds.

use std::fmt::Write as _;

use access::caller::Assurance;
use journal::Kind;

/// The Cedar policies for filing these kinds with `capability`; empty where nothing is filed.
pub(crate) fn permits(capability: &str, kinds: &[Kind]) -> String {
    let mut text = String::new();
    if kinds.is_empty() {
        return text;
    }
    for (assurance, level) in [(Assurance::Basic, 1), (Assurance::Strong, 2)] {
        let filed = kinds.iter().filter(|kind| kind.assurance == assurance);
        let mut actions: Vec<String> = filed.map(Kind::operation).collect();
        if assurance == Assurance::Basic {
            let common = ["applications", "application", "receipt_picture", "attach"];
            actions.extend(common.map(str::to_owned));
        }
        if actions.is_empty() {
            continue;
        }
        let named: Vec<String> = actions
            .iter()
            .map(|action| format!("Action::\"{capability}:{action}\""))
            .collect();
        let _ = write!(
            text,
            "\n// Citizens file for themselves, and see what they filed.\npermit (\n    principal,\n    action in [{}],\n    \
             resource\n)\nwhen {{ principal.kind == \"citizen\" && principal.assurance >= {level} }};\n",
            named.join(", ")
        );
    }
    let _ = write!(
        text,
        "\n// Anybody may check a receipt.\npermit (principal, action == Action::\"{capability}:receipt_keys\", resource);\n"
    );
    text
}
