//! What goes wrong in one visit, as a sequence of choices. All sequences are found by running the visit again with another
//! choice at the last place that had one left.

use crate::mishap::Mishap;

/// The choices of one visit: those that are laid down, and zero from there on.
#[derive(Clone, Debug, Default)]
pub struct Script {
    laid_down: Vec<u8>,
    made: Vec<Choice>,
    /// How many mishaps may still happen.
    left: u8,
}

#[derive(Clone, Copy, Debug)]
struct Choice {
    taken: u8,
    options: u8,
}

impl Script {
    /// Nothing goes wrong.
    pub fn calm() -> Self {
        Self::default()
    }

    pub fn new(laid_down: Vec<u8>, left: u8) -> Self {
        Self { laid_down, made: Vec::new(), left }
    }

    /// What happens here: nothing, or one of these.
    pub fn choose(&mut self, mishaps: &[Mishap]) -> Option<Mishap> {
        if self.left == 0 {
            return None;
        }
        let taken = self.laid_down.get(self.made.len()).copied().unwrap_or(0);
        self.made.push(Choice { taken, options: u8::try_from(mishaps.len()).unwrap() });
        let mishap = mishaps.get(usize::from(taken).checked_sub(1)?).copied();
        self.left -= u8::from(mishap.is_some());
        mishap
    }

    /// How many mishaps may still happen.
    pub fn left(&self) -> u8 {
        self.left
    }

    /// The choices of the next run, after this one.
    pub fn next(&self) -> Option<Vec<u8>> {
        let last = self.made.iter().rposition(|choice| choice.taken < choice.options)?;
        let mut choices: Vec<_> = self.made.iter().take(last + 1).map(|choice| choice.taken).collect();
        *choices.last_mut()? += 1;
        Some(choices)
    }
}
