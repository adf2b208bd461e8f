//! Words of SQL, as far as the statements of a backup have to be told apart: the server itself wrote them.

use std::borrow::Cow;

/// A word, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) kind: Kind<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// A name or a word of the language, without its quotes.
    Name(Cow<'a, str>),
    /// A text, without its quotes.
    Text(Cow<'a, str>),
    /// Digits, and what they are mixed with.
    Number,
    /// Any other character.
    Sign(char),
}

/// Something that is none of the words above, or has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unclear {
    /// Where it begins.
    pub(super) at: usize,
}

/// The words of a text, comments left out.
#[derive(Debug, Clone)]
pub(super) struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    pub(super) const fn of(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Length of what the rest begins with and `is` holds of.
    fn run(&self, is: impl Fn(char) -> bool) -> usize {
        let rest = self.rest();
        rest.find(|c| !is(c)).unwrap_or(rest.len())
    }

    fn skip(&mut self) {
        loop {
            self.at += self.run(char::is_whitespace);
            if !self.rest().starts_with("--") {
                return;
            }
            self.at += self.run(|c| c != '\n');
        }
    }

    /// What stands between two quotes, where a doubled one means itself, and after a backslash anything if `escapes`. Stands at the
    /// first quote before, and behind the last one afterwards.
    fn quoted(&mut self, quote: char, escapes: bool) -> Result<Cow<'a, str>, Unclear> {
        let at = self.at;
        let from = at + 1;
        let mut inside = self.text[from..].char_indices().peekable();
        let mut plain = true;
        while let Some((offset, c)) = inside.next() {
            if c == '\\' && escapes {
                inside.next();
                plain = false;
            } else if c == quote {
                if inside.next_if(|(_, next)| *next == quote).is_some() {
                    plain = false;
                    continue;
                }
                self.at = from + offset + 1;
                let raw = &self.text[from..from + offset];
                return Ok(if plain || escapes {
                    Cow::Borrowed(raw)
                } else {
                    let twice: String = [quote, quote].iter().collect();
                    Cow::Owned(raw.replace(&twice, &quote.to_string()))
                });
            }
        }
        Err(Unclear { at })
    }

    fn word(&mut self, first: char) -> Result<Kind<'a>, Unclear> {
        match first {
            '"' => self.quoted('"', false).map(Kind::Name),
            '\'' => self.quoted('\'', false).map(Kind::Text),
            // A text between dollars: the server writes none.
            '$' => Err(Unclear { at: self.at }),
            c if c.is_ascii_digit() => {
                self.at += self.run(|c| c.is_ascii_alphanumeric() || c == '.');
                Ok(Kind::Number)
            }
            c if begins_name(c) => {
                let length = self.run(|c| begins_name(c) || c.is_ascii_digit() || c == '$');
                let name = &self.rest()[..length];
                self.at += length;
                if name.eq_ignore_ascii_case("e") && self.rest().starts_with('\'') {
                    return self.quoted('\'', true).map(Kind::Text);
                }
                Ok(Kind::Name(Cow::Borrowed(name)))
            }
            c => {
                self.at += c.len_utf8();
                Ok(Kind::Sign(c))
            }
        }
    }
}

fn begins_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

impl<'a> Iterator for Words<'a> {
    type Item = Result<Word<'a>, Unclear>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip();
        let first = self.rest().chars().next()?;
        let from = self.at;
        let kind = self.word(first);
        if kind.is_err() {
            // Whatever comes behind has no meaning any more.
            self.at = self.text.len();
        }
        Some(kind.map(|kind| Word {
            from,
            to: self.at,
            kind,
        }))
    }
}

/// The statements of a text, without the semicolons between them.
pub(super) fn statements(text: &str) -> Result<Vec<&str>, Unclear> {
    let mut statements = Vec::new();
    let mut begun = None;
    let mut end = 0;
    for word in Words::of(text) {
        let word = word?;
        if word.kind == Kind::Sign(';') {
            statements.extend(begun.take().map(|from| &text[from..end]));
        } else {
            begun.get_or_insert(word.from);
            end = word.to;
        }
    }
    // What is not ended was cut off.
    match begun {
        Some(at) => Err(Unclear { at }),
        None => Ok(statements),
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Unclear, Words, statements};

    fn kinds(text: &str) -> Vec<Kind<'_>> {
        Words::of(text).map(|word| word.unwrap().kind).collect()
    }

    #[test]
    fn words_are_told_apart_whatever_stands_between_quotes() {
        let name = |name: &'static str| Kind::Name(name.into());
        let text = |text: &'static str| Kind::Text(text.into());
        assert_eq!(
            kinds("-- x;\nodd.\"T \"\"1;\" 'it''s;' E'a\\';''b' 1.5 'x'::text 里"),
            [
                name("odd"),
                Kind::Sign('.'),
                name("T \"1;"),
                text("it's;"),
                text("a\\';''b"),
                Kind::Number,
                text("x"),
                Kind::Sign(':'),
                Kind::Sign(':'),
                name("text"),
                name("里"),
            ]
        );
    }

    #[test]
    fn statements_end_at_semicolons_outside_of_quotes() {
        let script = "-- about\nCREATE TABLE \"a;b\" (\n    x int\n);\nSELECT ';', E'\\';';\n";
        assert_eq!(
            statements(script).unwrap(),
            [
                "CREATE TABLE \"a;b\" (\n    x int\n)",
                "SELECT ';', E'\\';'"
            ]
        );
    }

    #[test]
    fn what_has_no_end_is_found_out() {
        for (script, at) in [("SELECT 1", 0), ("A; 'b", 3), ("A $x$;", 2), ("\"", 0)] {
            assert_eq!(statements(script), Err(Unclear { at }), "{script}");
        }
    }
}
