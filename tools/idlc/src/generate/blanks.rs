//! Blank lines between items, which the formatter leaves out.

/// Puts a blank line where an item or a documented method begins behind another.
pub(super) fn with_blank_lines(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + text.len() / 16);
    let mut before = "";
    for line in text.lines() {
        if needs_blank(before, line) {
            spaced.push('\n');
        }
        spaced.push_str(line);
        spaced.push('\n');
        before = line;
    }
    spaced
}

fn needs_blank(before: &str, line: &str) -> bool {
    let begins = line.trim_start();
    let is_documented = begins.starts_with("///") || begins.starts_with("#[");
    let is_item = is_documented
        || ["pub ", "impl", "fn ", "const ", "use "]
            .iter()
            .any(|word| begins.starts_with(word));
    if before.trim_start().starts_with("///") {
        return false;
    }
    let ended = before.trim();
    let is_outer = begins.len() == line.len();
    let after_header = ended.starts_with("//!") && !begins.starts_with("//!");
    let after_block = is_item && (ended == "}" || ended == "};");
    let after_statement = is_documented && ended.ends_with(';');
    let after_item = is_item && is_outer && ended.ends_with([';', '}']);
    after_header || after_block || after_statement || after_item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_apart_and_fields_are_together() {
        let text = "//! H\nuse a;\n/// S\nstruct S {\n    /// a\n    a: u8,\n    /// b\n    b: u8,\n}\nimpl S {}\n";
        let expected = "//! H\n\nuse a;\n\n/// S\nstruct S {\n    /// a\n    a: u8,\n    /// b\n    b: u8,\n}\n\nimpl S {}\n";
        assert_eq!(with_blank_lines(text), expected);
    }
}
