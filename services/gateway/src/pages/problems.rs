//! `/docs/problems`: every problem type, in both languages.

use std::fmt::Write;

use runtime::problem::{Kind, Language};

use super::html::{Text, page as frame};

pub(super) fn page() -> String {
    let mut rows = String::new();
    for kind in Kind::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(
            rows,
            "<tr><th scope=\"row\"><code>{urn}</code></th><td>{status}</td><td>{zh}</td><td lang=\"en\">{en}</td></tr>",
            urn = Text(&kind.urn()),
            status = kind.status().as_u16(),
            zh = Text(kind.title(Language::Chinese)),
            en = Text(kind.title(Language::English)),
        );
    }
    let main = format!(
        "<p>錯誤皆為 · Errors are <code>application/problem+json</code> (RFC 9457).</p>\n<div class=\"wide\"><table>\n<thead><tr>\
         <th scope=\"col\">類別 · Type</th><th scope=\"col\">狀態碼 · Status</th><th scope=\"col\">說明</th>\
         <th scope=\"col\" lang=\"en\">Meaning</th></tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
    );
    frame("錯誤說明 · Problems", &main)
}
