//! Writes HTML: the frame of a page, and text that cannot become markup.

use std::fmt;

/// Text, escaped for elements and quoted attributes.
pub(super) struct Text<'a>(pub(super) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            let (before, from) = rest.split_at(at);
            f.write_str(before)?;
            f.write_str(match from.as_bytes().first() {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                Some(b'"') => "&quot;",
                _ => "&#39;",
            })?;
            rest = from.get(1..).unwrap_or_default();
        }
        f.write_str(rest)
    }
}

/// A description as OpenAPI documents have them, whose code between backticks is shown as such.
pub(super) struct Prose<'a>(pub(super) &'a str);

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((before, from)) = rest.split_once('`')
            && let Some((code, after)) = from.split_once('`')
        {
            write!(f, "{}<code>{}</code>", Text(before), Text(code))?;
            rest = after;
        }
        write!(f, "{}", Text(rest))
    }
}

/// A whole page around `main`.
pub(super) fn page(title: &str, main: &str) -> String {
    let title = Text(title);
    format!(
        "<!doctype html>\n<html lang=\"zh-Hant-TW\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} · Lifeboat</title>\n\
         <link rel=\"stylesheet\" href=\"/docs/style.css\">\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">跳到主要內容 · Skip to content</a>\n\
         <header><nav aria-label=\"Documentation\"><a href=\"/docs\">Lifeboat</a> · <a href=\"/docs/problems\">錯誤說明 · Problems</a></nav></header>\n\
         <main id=\"main\">\n<h1>{title}</h1>\n{main}</main>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(
            Text("a<b> & \"c\" 'd' 王").to_string(),
            "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; 王"
        );
    }

    #[test]
    fn code_in_prose_is_shown_as_such_and_stays_text() {
        assert_eq!(
            Prose("`next` of the page <before>; `<a>`, one ` alone").to_string(),
            "<code>next</code> of the page &lt;before&gt;; <code>&lt;a&gt;</code>, one ` alone"
        );
        assert_eq!(Prose("plain").to_string(), "plain");
    }
}
