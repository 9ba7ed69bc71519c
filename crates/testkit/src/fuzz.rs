//! Hostile input for whatever reads what others wrote: seeds from files, changed a little or a lot, and bytes without sense.
//!
//! `PROPTEST_CASES` says how many inputs are tried; left out, it is as many as a test may take.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

/// How many inputs are tried where nobody says.
const CASES: u32 = 1000;
/// The longest input, in bytes: longer than what any reader takes.
const LONGEST: usize = 300 * 1024;

/// What readers trip over, wherever it stands.
const WORDS: [&[u8]; 40] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"null",
    b"true",
    b"-1",
    b"0",
    b"1e999",
    b"18446744073709551616",
    b"NaN",
    b"\\u0000",
    b"\\ud800",
    b"\\u202e",
    b"\x00",
    b"\x1b[31m",
    b"\r\n",
    b"\n",
    b"\t",
    b" ",
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    "\u{202e}".as_bytes(),
    "\u{ff11}".as_bytes(),
    b"%00",
    b"@",
    b"#",
    b"?",
    b"/../",
    b"https://",
    b"127.0.0.1",
    b"-----BEGIN CERTIFICATE-----\n",
    b"-----END CERTIFICATE-----\n",
    b"=",
];

#[derive(Clone, Debug)]
enum Mutation {
    Flip { place: usize, bit: u8 },
    Insert { place: usize, bytes: Vec<u8> },
    Word { place: usize, word: usize },
    Delete { place: usize, length: usize },
    Repeat { place: usize, length: usize, times: usize },
    Splice { place: usize, seed: usize, from: usize },
    Nest { place: usize, is_list: bool, levels: usize },
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = any::<usize>;
    prop_oneof![
        4 => (place(), 0..8_u8).prop_map(|(place, bit)| Mutation::Flip { place, bit }),
        3 => (place(), vec(any::<u8>(), 1..20)).prop_map(|(place, bytes)| Mutation::Insert { place, bytes }),
        6 => (place(), 0..WORDS.len()).prop_map(|(place, word)| Mutation::Word { place, word }),
        4 => (place(), 1..200_usize).prop_map(|(place, length)| Mutation::Delete { place, length }),
        3 => (place(), 1..100_usize, prop_oneof![9 => 1..10_usize, 1 => 10..3000_usize])
            .prop_map(|(place, length, times)| Mutation::Repeat { place, length, times }),
        3 => (place(), place(), place()).prop_map(|(place, seed, from)| Mutation::Splice { place, seed, from }),
        2 => (place(), any::<bool>(), prop_oneof![9 => 1..50_usize, 1 => 50..100_000_usize])
            .prop_map(|(place, is_list, levels)| Mutation::Nest { place, is_list, levels }),
    ]
}

impl Mutation {
    fn apply(&self, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let at = |place: usize| place % (input.len() + 1);
        match self {
            Self::Flip { place, bit } => {
                let place = at(*place);
                if let Some(byte) = input.get_mut(place) {
                    *byte ^= 1 << bit;
                }
            }
            Self::Insert { place, bytes } => insert(input, at(*place), bytes),
            Self::Word { place, word } => insert(input, at(*place), WORDS.get(*word).copied().unwrap_or_default()),
            Self::Delete { place, length } => {
                let place = at(*place);
                input.drain(place..(place + length).min(input.len()));
            }
            Self::Repeat { place, length, times } => {
                let place = at(*place);
                let part = input.get(place..(place + length).min(input.len())).unwrap_or_default().repeat(*times);
                insert(input, place, &part);
            }
            Self::Splice { place, seed, from } => {
                input.truncate(at(*place));
                let other =
                    seed.checked_rem(seeds.len()).and_then(|seed| seeds.get(seed)).map_or(&[][..], Vec::as_slice);
                input.extend_from_slice(other.get(from % (other.len() + 1)..).unwrap_or_default());
            }
            Self::Nest { place, is_list, levels } => {
                let opening: &[u8] = if *is_list { b"[" } else { b"{\"a\":" };
                insert(input, at(*place), &opening.repeat(*levels));
            }
        }
        input.truncate(LONGEST);
    }
}

fn insert(input: &mut Vec<u8>, place: usize, bytes: &[u8]) {
    input.splice(place..place, bytes.iter().copied());
}

/// The files of a folder, in the order of their names.
fn seeds(folder: &Path) -> Vec<Vec<u8>> {
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = files.flatten().map(|file| file.path()).collect();
    paths.sort();
    paths.into_iter().filter_map(|path| fs::read(path).ok()).collect()
}

fn inputs(seeds: Arc<Vec<Vec<u8>>>) -> impl Strategy<Value = Vec<u8>> {
    let changed = (any::<usize>(), vec(mutation(), 0..6)).prop_map(move |(seed, mutations)| {
        let mut input = seed.checked_rem(seeds.len()).and_then(|seed| seeds.get(seed)).cloned().unwrap_or_default();
        for mutation in mutations {
            mutation.apply(&mut input, &seeds);
        }
        input
    });
    prop_oneof![9 => changed, 1 => vec(any::<u8>(), 0..300)]
}

/// Tries `check` on every seed in `folder`, and on inputs made of them.
///
/// # Panics
/// When `check` panics or finds fault with an input, which is told in its shortest form; and when there are no seeds.
#[expect(clippy::panic, reason = "it is what a test fails by")]
pub fn try_all(folder: &Path, check: impl Fn(&[u8]) -> Result<(), TestCaseError>) {
    let seeds = Arc::new(seeds(folder));
    assert!(!seeds.is_empty(), "no seeds in {}", folder.display());
    for seed in seeds.iter() {
        check(seed).unwrap_or_else(|fault| panic!("{fault}, for the seed {}", shown(seed)));
    }
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { Config::default().cases } else { CASES };
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    match TestRunner::new(config).run(&inputs(seeds), |input| check(&input)) {
        Err(TestError::Fail(reason, input)) => panic!("{reason}, for {}", shown(&input)),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
        Ok(()) => {}
    }
}

/// Bytes as they can be written into a seed: `printf` understands them.
fn shown(input: &[u8]) -> String {
    let mut text = String::new();
    for byte in input.iter().take(4096) {
        match byte {
            b'\\' | b'\'' | b'%' | 0..0x20 | 0x7f.. => {
                let _ = write!(text, "\\x{byte:02x}");
            }
            _ => text.push(char::from(*byte)),
        }
    }
    format!("'{text}' ({} bytes)", input.len())
}
