//! A bar chart as SVG, readable on light and dark pages.

use std::fmt::Write;

const WIDTH: f64 = 760.0;
const LABELS: f64 = 270.0;
const ROW: usize = 28;
const HEAD: usize = 44;

/// Horizontal bars, one a contestant, with the value beside it and a note below.
pub(crate) fn bars(title: &str, bars: &[(&str, f64)], note: &str) -> String {
    let most = bars
        .iter()
        .map(|(_, value)| *value)
        .fold(f64::MIN_POSITIVE, f64::max);
    let height = HEAD + bars.len() * ROW + 34;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"13\" role=\"img\">\n<title>{}</title>\n\
         <style>text{{fill:#222}}rect{{fill:#2a6f97}}@media(prefers-color-scheme:dark){{text{{fill:#ddd}}rect{{fill:#61a5c2}}}}</style>\n\
         <text x=\"8\" y=\"24\" font-size=\"15\" font-weight=\"bold\">{}</text>\n",
        escaped(title),
        escaped(title),
    );
    for (row, (name, value)) in bars.iter().enumerate() {
        let top = HEAD + row * ROW;
        let length = (WIDTH - LABELS - 90.0) * value / most;
        let label = top + 15;
        // Writing to a string cannot fail.
        let _always = writeln!(
            svg,
            "<text x=\"{}\" y=\"{label}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{LABELS}\" y=\"{top}\" width=\"{length:.1}\" height=\"20\" rx=\"2\"/>\
             <text x=\"{:.1}\" y=\"{label}\">{}</text>",
            LABELS - 8.0,
            escaped(name),
            LABELS + length + 6.0,
            grouped(*value),
        );
    }
    let _always = writeln!(
        svg,
        "<text x=\"8\" y=\"{}\" font-size=\"11\">{}</text>\n</svg>",
        height - 10,
        escaped(note)
    );
    svg
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// `12,345`
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::{bars, grouped};

    #[test]
    fn the_longest_bar_is_the_greatest_value_and_names_are_escaped() {
        let svg = bars("a & b", &[("one", 1000.0), ("<two>", 500.0)], "note");
        assert!(svg.contains("a &amp; b") && svg.contains("&lt;two&gt;"));
        assert!(svg.contains("width=\"400.0\"") && svg.contains("width=\"200.0\""));
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(
            ["7", "999", "1,000", "1,234,567"],
            [7.0, 999.0, 1000.0, 1_234_567.0].map(grouped)
        );
    }
}
