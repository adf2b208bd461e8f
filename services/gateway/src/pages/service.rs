//! `/docs/<service>`: its operations, parameters, answer fields and problems.

use std::fmt::Write;

use super::html::{Prose, Text, page as frame};
use crate::catalogue::document::{DeclaredOperation, Document};
use crate::catalogue::{Service, schema};

pub(super) fn page(service: &Service) -> String {
    let document = &service.document;
    let mut main = format!("<p>{}</p>\n", Prose(&document.info.description));
    let mut contents = String::new();
    for (template, item) in service.public_paths() {
        for (method, value) in item {
            let Ok(operation) = DeclaredOperation::deserialize_from(value) else {
                continue;
            };
            // Writing to a string cannot fail.
            let _ = writeln!(
                contents,
                "<li><a href=\"#{id}\"><code>{method} {template}</code></a> {summary}</li>",
                id = Text(&operation.operation_id),
                method = method.to_ascii_uppercase(),
                template = Text(&template),
                summary = Prose(&operation.summary),
            );
        }
    }
    let _ = write!(
        main,
        "<nav aria-label=\"Operations\"><ul>\n{contents}</ul></nav>\n"
    );
    for (template, item) in service.public_paths() {
        for (method, value) in item {
            if let Ok(operation) = DeclaredOperation::deserialize_from(value) {
                main.push_str(&section(&template, method, &operation, document));
            }
        }
    }
    let system = &document.lifeboat.system_name;
    let version = if document.info.version.is_empty() {
        String::new()
    } else {
        format!(" {}", document.info.version)
    };
    frame(
        &format!("{}{version} · {system}", document.info.title),
        &main,
    )
}

fn section(
    template: &str,
    method: &str,
    operation: &DeclaredOperation,
    document: &Document,
) -> String {
    let id = Text(&operation.operation_id);
    let mut section = format!(
        "<section aria-labelledby=\"{id}\"><h2 id=\"{id}\"><code>{} {}</code></h2>\n<p><strong>{}</strong></p>\n<p>{}</p>\n",
        method.to_ascii_uppercase(),
        Text(template),
        Prose(&operation.summary),
        Prose(&operation.description),
    );
    let parameters = operation.parameters.iter().map(|parameter| {
        let place = if parameter.required {
            format!("{} · required", parameter.place)
        } else {
            parameter.place.clone()
        };
        [parameter.name.clone(), place, parameter.description.clone()]
    });
    section.push_str(&table(
        "參數 · Parameters",
        ["名稱 · Name", "位置 · In", "說明 · Description"],
        parameters,
    ));
    if let Some(body) = &operation.request_body {
        for (media_type, media) in &body.content {
            let caption = format!("內容 · Body ({media_type})");
            section.push_str(&fields(
                &caption,
                schema::fields(&media.schema, &document.components),
            ));
        }
    }
    if let Some(answer) = operation.success_schema() {
        let record = schema::record(answer, &document.components);
        section.push_str(&fields(
            "回覆欄位 · Answer fields",
            schema::fields(record, &document.components),
        ));
    }
    let answers = operation.responses.iter().map(|(status, answer)| {
        let kinds: Vec<&str> = answer.content.keys().map(String::as_str).collect();
        [status.clone(), kinds.join(", "), answer.description.clone()]
    });
    section.push_str(&table(
        "回覆 · Answers",
        ["狀態碼 · Status", "類型 · Type", "說明 · Description"],
        answers,
    ));
    section.push_str("</section>\n");
    section
}

fn fields(caption: &str, fields: Vec<schema::Field>) -> String {
    let rows = fields.into_iter().map(|field| {
        let kind = if field.required {
            field.kind
        } else {
            format!("{} · optional", field.kind)
        };
        [field.name, kind, field.description]
    });
    table(
        caption,
        ["欄位 · Field", "類型 · Type", "說明 · Description"],
        rows,
    )
}

fn table(caption: &str, columns: [&str; 3], rows: impl Iterator<Item = [String; 3]>) -> String {
    let mut body = String::new();
    for [name, middle, description] in rows {
        let _ = writeln!(
            body,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td></tr>",
            Text(&name),
            Text(&middle),
            Prose(&description),
        );
    }
    if body.is_empty() {
        return body;
    }
    let [first, second, third] = columns;
    format!(
        "<div class=\"wide\"><table><caption>{}</caption>\n<thead><tr><th scope=\"col\">{first}</th><th scope=\"col\">{second}</th>\
         <th scope=\"col\">{third}</th></tr></thead>\n<tbody>\n{body}</tbody></table></div>\n",
        Text(caption),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Documents};

    #[test]
    fn a_page_shows_operations_parameters_and_fields_as_text() {
        let catalogue =
            Catalogue::read(&Documents::of([
                include_str!("../../tests/data/echo.json").to_owned()
            ]))
            .unwrap();
        let page = page(catalogue.service("echo").unwrap());
        for shown in [
            "GET /echo/v1/persons/{national_id}",
            "國民身分證統一編號",
            "Name &lt;姓名&gt;",
            "POST /echo/v1/filings",
            "查無資料",
        ] {
            assert!(page.contains(shown), "{shown}");
        }
        assert!(!page.contains("<姓名>") && !page.contains("<script") && !page.contains("style="));
    }
}
