//! What went wrong in comparable projects, and does not here. `docs/lessons.md` lists every lesson with its tests, here and
//! elsewhere; each of them names its lesson.

mod content;
mod dependencies;
mod documents;
mod manifests;
mod reach;
mod writes;
