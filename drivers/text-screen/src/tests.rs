//! Terminal, screen and the work of a driver.

use std::cell::RefCell;
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

use libipc::codec::Bytes;
use libipc::objects::Notification;
use libipc::{Caller, Cap};
use libipc_mock::Mock;
use proptest::prelude::*;
use proto::screen::{Client, Dispatcher, Server};

use crate::font::{HEIGHT, WIDTH};
use crate::show::{Next, Shown};
use crate::{Before, Cell, Colour, Framebuffer, Look, Memory, Mode, Screen, Terminal};

/// The text of a terminal, a line a row without blanks at the end, and the cursor's place as `^`.
fn dump(terminal: &Terminal) -> String {
    let grid = terminal.grid();
    let (cursor_row, cursor_column) = terminal.cursor();
    let rows = (0..grid.rows()).map(|row| {
        let mut text: String = grid.row(row).iter().map(|cell| cell.character).collect();
        text.truncate(text.trim_end().len());
        if row == cursor_row {
            let missing = cursor_column.saturating_sub(text.chars().count());
            text.extend(std::iter::repeat_n(' ', missing));
            let at = text
                .char_indices()
                .nth(cursor_column)
                .map_or(text.len(), |(at, _)| at);
            text.insert(at, '^');
        }
        text
    });
    rows.collect::<Vec<_>>().join("\n")
}

fn shown(columns: usize, rows: usize, text: &str) -> String {
    let mut terminal = Terminal::new(columns, rows);
    terminal.write(text.as_bytes());
    dump(&terminal)
}

#[test]
fn a_session_at_the_prompt_looks_as_it_does_on_a_terminal() {
    let session = "Weft 0.1.0, ready\n\rweft:/$ \x1b[Kecho oen\x08\rweft:/$ echo oe\x1b[K\rweft:/$ echo one two\x1b[K\x1b[3D\
        \x1b[C\x1b[C\x1b[C\r\none two\n\rweft:/$ \x1b[Kls\x07\r\nbin   etc\n\u{fc}ber\n\rweft:/$ \x1b[K";
    assert_eq!(
        shown(30, 7, session),
        include_str!("golden/session.txt").trim_end()
    );
}

#[test]
fn lines_scroll_when_the_screen_is_full() {
    assert_eq!(shown(8, 3, "a\nb\nc\nd\n"), "c\nd\n^");
    assert_eq!(shown(8, 1, "a\nb"), "b^");
    assert_eq!(shown(1, 1, "abc"), "^c");
}

#[test]
fn a_full_line_goes_on_below_only_with_the_next_character() {
    assert_eq!(shown(4, 3, "abcd"), "abc^d\n\n");
    assert_eq!(shown(4, 3, "abcd\r\nx"), "abcd\nx^\n");
    assert_eq!(shown(4, 3, "abcde"), "abcd\ne^\n");
    assert_eq!(shown(4, 2, "abcdefghi"), "efgh\ni^");
    assert_eq!(shown(4, 3, "abcd\x08x"), "abx^d\n\n");
}

#[test]
fn the_cursor_goes_where_it_is_sent_and_no_further() {
    assert_eq!(shown(4, 3, "\x1b[2;3Hx"), "\n  x^\n");
    assert_eq!(shown(4, 3, "\x1b[99;99H"), "\n\n   ^");
    assert_eq!(shown(4, 3, "\x1b[99B\x1b[99C\x1b[99A\x1b[99D"), "^\n\n");
    assert_eq!(shown(4, 3, "ab\x1b[Dx\x1b[0Dy"), "ay^\n\n");
    assert_eq!(shown(9, 2, "a\tb\tc"), "a       ^c\n");
    assert_eq!(shown(4, 3, "\x1b[3d\x1b[2Gx"), "\n\n x^");
    assert_eq!(shown(4, 1, "\x08\x08a"), "a^");
}

#[test]
fn what_is_erased_is_blank() {
    let full = "abc\ndef\nghi\x1b[2;2H";
    let erased = |sequence: &str| shown(3, 3, &[full, sequence].concat());
    assert_eq!(erased("\x1b[K"), "abc\nd^\nghi");
    assert_eq!(erased("\x1b[1K"), "abc\n ^ f\nghi");
    assert_eq!(erased("\x1b[2K"), "abc\n ^\nghi");
    assert_eq!(erased("\x1b[J"), "abc\nd^\n");
    assert_eq!(erased("\x1b[1J"), "\n ^ f\nghi");
    assert_eq!(erased("\x1b[H\x1b[2J"), "^\n\n");
    assert_eq!(erased("\x1b[9J\x1b[9K"), "abc\nd^ef\nghi");
    assert_eq!(erased("\x1bc"), "^\n\n");
}

#[test]
fn colours_are_those_that_were_named_last() {
    let mut terminal = Terminal::new(8, 1);
    terminal.write(b"a\x1b[31mb\x1b[0;1;31;44mc\x1b[7md\x1b[0me\x1b[97;102mf\x1b[38;5;9mg\x1b[mh");
    let looks: Vec<_> = terminal
        .grid()
        .row(0)
        .iter()
        .map(|cell| (cell.look.ink, cell.look.paper))
        .collect();
    let (white, black) = (Colour::WHITE, Colour::BLACK);
    let (red, blue, green) = (Colour::new(1), Colour::new(4), Colour::new(2).bright());
    let expected = [
        (white, black),
        (red, black),
        (red.bright(), blue),
        (blue, red.bright()),
        (white, black),
        (white.bright(), green),
        (white.bright(), green),
        (white, black),
    ];
    assert_eq!(looks, expected);
}

#[test]
fn sequences_that_are_not_known_are_not_shown() {
    assert_eq!(
        shown(8, 1, "a\x1b[?25lb\x1b]0;title\x07c\x1b[5nd\x1b(Be\x1eg"),
        "abcdeg^"
    );
}

#[test]
fn text_may_be_cut_anywhere_and_bytes_that_are_no_text_are_one_character() {
    let text = "a\x1b[2;3Hü\x1b[31m€\n".as_bytes();
    let mut whole = Terminal::new(8, 4);
    whole.write(text);
    let mut cut = Terminal::new(8, 4);
    text.iter().for_each(|byte| cut.write(&[*byte]));
    assert_eq!(dump(&whole), dump(&cut));
    let mut terminal = Terminal::new(8, 1);
    terminal.write(b"a\xffb\xc3");
    terminal.write(b"c");
    assert_eq!(dump(&terminal), "a\u{fffd}b\u{fffd}c^");
}

#[test]
fn behind_lost_text_a_new_line_begins_in_the_usual_colours() {
    let mut terminal = Terminal::new(8, 3);
    terminal.write(b"ab\x1b[31;7mc\x1b[3");
    terminal.skip();
    terminal.write(b"1m");
    assert_eq!(dump(&terminal), "abc\n1m^\n");
    assert_eq!(terminal.grid().row(1)[0].look, Look::USUAL);
}

/// Pixels in memory that is longer than a picture needs, and a count of the writes.
#[derive(Clone)]
struct Paper(Rc<RefCell<(Vec<u32>, usize)>>);

const MODE: Mode = Mode {
    width: 43,
    height: 35,
};
/// Bytes from a line to the next: more than a line has.
const PITCH: usize = 48 * 4;

impl Paper {
    fn new() -> Self {
        Self(Rc::new(RefCell::new((std::vec![0; PITCH / 4 * 35 + 8], 0))))
    }

    fn screen(&self, before: Before) -> Screen<Self> {
        let size = (PITCH as u64, PITCH as u64 * 35);
        Screen::new(Framebuffer::new(self.clone(), size, MODE, before).expect("it fits"))
    }

    /// The picture, `#` for anything but black.
    fn drawn(&self) -> String {
        let state = self.0.borrow();
        let lines = state.0.chunks(PITCH / 4).take(35).map(|line| {
            let pixels = line
                .iter()
                .take(43)
                .map(|pixel| if *pixel == 0 { '.' } else { '#' });
            pixels.collect::<String>()
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn writes(&self) -> usize {
        std::mem::take(&mut self.0.borrow_mut().1)
    }
}

impl Memory for Paper {
    fn write(&mut self, offset: usize, words: &[u32]) {
        let mut state = self.0.borrow_mut();
        state.1 += 1;
        let start = offset / 4;
        assert!(offset % PITCH / 4 + words.len() <= 43, "within a line");
        state.0[start..start + words.len()].copy_from_slice(words);
    }
}

#[test]
fn a_picture_is_that_of_its_cells() {
    let paper = Paper::new();
    let mut screen = paper.screen(Before::Black);
    screen.terminal().write("Wq\nü_".as_bytes());
    screen.draw();
    assert_eq!(paper.drawn(), include_str!("golden/picture.txt").trim_end());
}

#[test]
fn only_what_changed_is_drawn() {
    let paper = Paper::new();
    let mut screen = paper.screen(Before::Black);
    assert_eq!(screen.draw(), 1, "the cursor");
    assert_eq!(screen.draw(), 0);
    screen.terminal().write(b"a");
    assert_eq!(screen.draw(), 2, "a character and the cursor");
    assert_eq!(paper.writes(), 3 * HEIGHT);
    screen.terminal().write(b"\x08a");
    assert_eq!(screen.draw(), 0, "it looks as before");
    screen.terminal().write(b"\n\n\n");
    assert_eq!(screen.draw(), 3, "what scrolled away, and the cursor");
    let unknown = Paper::new();
    assert_eq!(unknown.screen(Before::Unknown).draw(), 5 * 2);
    assert_eq!(unknown.writes(), 5 * 2 * HEIGHT);
}

#[test]
fn the_levels_of_a_colour_are_at_their_places() {
    let paper = Paper::new();
    let mut screen = paper.screen(Before::Black);
    screen.terminal().write(b"\x1b[91;44m_");
    screen.draw();
    let state = paper.0.borrow();
    let pixels: std::collections::BTreeSet<_> =
        state.0[..PITCH / 4 * HEIGHT].iter().copied().collect();
    assert!(
        pixels.contains(&0xff_5555) && pixels.contains(&0x00_00aa),
        "{pixels:x?}"
    );
}

/// A console that has some text.
#[derive(Default)]
struct Console {
    text: Vec<u8>,
    lost: u32,
    reads: u32,
}

impl Server for Console {
    fn read(&mut self, _: Caller) -> (Bytes<1536>, u32, u32) {
        self.reads += 1;
        let count = self.text.len().min(1536);
        let text = self.text.drain(..count).collect();
        (text, std::mem::take(&mut self.lost), self.text.len() as u32)
    }

    fn subscribe(&mut self, _: Caller, _: Cap<Notification>) {}
}

#[test]
fn text_is_taken_at_once_and_drawn_thirty_times_a_second() {
    let console = Mock::new(Dispatcher(Console::default()));
    let client = Client::new(console.connect(1));
    let paper = Paper::new();
    let mut shown = Shown::new(&client, paper.screen(Before::Black));
    let write = |text: &[u8]| console.server().0.text.extend(text);
    assert_eq!(shown.step(1000), Next::Text);
    let first = paper.writes();
    assert!(first > 0, "an empty screen shows the cursor");
    write(b"a");
    let due = 1000 + 33_333_333;
    assert_eq!(shown.step(2000), Next::Until(due));
    write(&[b'b'; 4000]);
    assert_eq!(shown.step(3000), Next::Until(due));
    assert_eq!((paper.writes(), console.server().0.text.len()), (0, 0));
    assert_eq!(shown.step(due), Next::Text);
    assert!(paper.writes() > 0);
    assert_eq!(shown.step(due + 1), Next::Text);
    assert_eq!(paper.writes(), 0, "nothing is new");
    write(b"c");
    assert_eq!(shown.step(due + 1_000_000_000), Next::Text);
    assert_eq!(paper.writes(), 2 * HEIGHT);
}

#[test]
fn somebody_who_writes_for_ever_is_seen_meanwhile() {
    let console = Mock::new(Dispatcher(Console::default()));
    let client = Client::new(console.connect(1));
    let mut shown = Shown::new(&client, Paper::new().screen(Before::Black));
    console.server().0.text = std::vec![b'x'; 100 * 1536];
    assert_eq!(shown.step(1), Next::Now);
    assert_eq!(shown.screen.draw(), 0, "it was drawn");
    assert_eq!(shown.step(2), Next::Now);
    assert_eq!(shown.step(3), Next::Now);
    assert!(matches!(shown.step(4), Next::Until(_)));
    assert!(console.server().0.reads <= 102);
}

#[test]
fn lost_text_is_seen_as_a_new_line_and_a_dead_console_ends_the_work() {
    let console = Mock::new(Dispatcher(Console::default()));
    let client = Client::new(console.connect(1));
    let mut shown = Shown::new(&client, Paper::new().screen(Before::Black));
    console.server().0.text.extend(b"a\x1b[3");
    shown.step(1);
    (console.server().0.text, console.server().0.lost) = (b"1mb".to_vec(), 7);
    shown.step(2);
    assert_eq!(dump(shown.screen.terminal()), "a\n1mb^");
    console.kill();
    assert_eq!(shown.step(3), Next::Gone);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Bytes of which many begin control sequences.
    #[test]
    fn whatever_is_written_the_cursor_stays_inside_and_the_picture_is_that_of_the_cells(
        text in proptest::collection::vec(
            prop_oneof![any::<u8>(), Just(0x1b), Just(b'['), Just(b';'), b'0'..=b'9', b'@'..=b'z', Just(b'\n')], 0..300,
        ),
        cut in 0_usize..300,
    ) {
        let paper = Paper::new();
        let mut screen = paper.screen(Before::Black);
        let (head, tail) = text.split_at(cut.min(text.len()));
        screen.terminal().write(head);
        screen.draw();
        screen.terminal().write(tail);
        screen.draw();
        let (row, column) = screen.terminal().cursor();
        prop_assert!(row < 2 && column < 5);
        // Drawn at once it looks the same as in two steps.
        let other = Paper::new();
        let mut anew = other.screen(Before::Unknown);
        anew.terminal().write(&text);
        anew.draw();
        let (before, after) = (paper.0.borrow(), other.0.borrow());
        let (width, height) = (5 * WIDTH, 2 * HEIGHT);
        for (line, other) in before.0.chunks(PITCH / 4).zip(after.0.chunks(PITCH / 4)).take(height) {
            prop_assert_eq!(&line[..width], &other[..width]);
        }
    }

    /// Of any size, however odd.
    #[test]
    fn terminals_of_any_size_take_any_bytes(
        columns in 0_usize..40, rows in 0_usize..10, text in proptest::collection::vec(any::<u8>(), 0..500),
    ) {
        let mut terminal = Terminal::new(columns, rows);
        terminal.write(&text);
        let (row, column) = terminal.cursor();
        prop_assert!(row < rows.max(1) && column < columns.max(1));
        prop_assert_eq!(terminal.grid().row(rows.max(1)), &[] as &[Cell]);
    }
}
