//! Mistakes on the terminal: the line with the mistake underlined, or plain lines if nobody looks.

use std::io::{self, IsTerminal};

use crate::{Diagnostic, Source, Span};
use ariadne::{Config, IndexType, Label, Report, ReportKind};

/// Prints mistakes to the standard error.
pub(crate) fn print(sources: &[Source], diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        if !io::stderr().is_terminal() || draw(sources, diagnostic).is_err() {
            eprint!("{}", diagnostic.to_text(sources));
        }
    }
}

fn draw(sources: &[Source], diagnostic: &Diagnostic) -> io::Result<()> {
    let files = sources
        .iter()
        .map(|source| (source.path.clone(), source.text.clone()));
    let place = |span: Span| {
        let path = sources
            .get(span.source)
            .map_or_else(String::new, |source| source.path.clone());
        (path, span.range())
    };
    let mut report = Report::build(ReportKind::Error, place(diagnostic.span))
        .with_config(Config::default().with_index_type(IndexType::Byte))
        .with_code(diagnostic.code)
        .with_message(&diagnostic.message)
        .with_label(Label::new(place(diagnostic.span)).with_message(diagnostic.code.text()))
        .with_help(&diagnostic.remedy);
    if let Some((span, note)) = &diagnostic.related {
        report = report.with_label(Label::new(place(*span)).with_message(note));
    }
    report.finish().eprint(ariadne::sources(files))
}
