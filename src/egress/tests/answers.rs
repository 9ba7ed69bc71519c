//! What comes in.

pub(super) const ANSWERS: &str = "";
