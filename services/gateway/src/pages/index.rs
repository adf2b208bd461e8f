//! `/docs`: what there is, and how to call it.

use std::fmt::Write;

use super::html::{Text, page as frame};
use crate::catalogue::Catalogue;

const CALLING: &str = "\
<section aria-labelledby=\"calling\"><h2 id=\"calling\">如何呼叫 · How to call</h2>
<ol>
<li>取得權杖 · Get a token: <code>POST /identity/v1/token</code> with a <code>DPoP</code> proof (RFC 9449).</li>
<li>呼叫 · Call with <code>Authorization: DPoP &lt;token&gt;</code> and a fresh <code>DPoP</code> proof. On \
<code>401</code> with <code>error=\"use_dpop_nonce\"</code>, repeat with the <code>DPoP-Nonce</code> of the answer in the proof.</li>
<li>公務人員 · Officers add <code>Lookup-Purpose</code> (查詢目的) and <code>Case-Number</code> (案號). Every lookup is logged, and \
the person can read who looked.</li>
</ol></section>
";

pub(super) fn page(catalogue: &Catalogue) -> String {
    let mut rows = String::new();
    for service in catalogue.services() {
        let lifeboat = &service.document.lifeboat;
        let tier = lifeboat
            .recovery_tier
            .map_or_else(|| "–".to_owned(), |tier| tier.to_string());
        // Writing to a string cannot fail.
        let _ = writeln!(
            rows,
            "<tr><th scope=\"row\"><a href=\"/docs/{name}\">{name}</a></th><td>{system}</td><td>{tier}</td>\
             <td><a href=\"/openapi/{name}.json\">OpenAPI<span class=\"unseen\"> of {name}</span></a></td></tr>",
            name = Text(&service.name),
            system = Text(&lifeboat.system_name),
        );
    }
    let main = format!(
        "<section aria-labelledby=\"services\"><h2 id=\"services\">服務 · Services</h2>\n<div class=\"wide\"><table>\n<thead><tr>\
         <th scope=\"col\">服務 · Service</th><th scope=\"col\">系統 · System</th><th scope=\"col\">復原順序 · Recovery tier</th>\
         <th scope=\"col\">機器可讀 · For machines</th></tr></thead>\n<tbody>\n{rows}</tbody></table></div></section>\n{CALLING}"
    );
    frame("文件 · Documentation", &main)
}
