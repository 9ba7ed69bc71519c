//! Lessons of what a resource leads to. What the project is made of, and how its documents fit together, is looked at once.

#[path = "../it/lessons/content.rs"]
mod content;
#[path = "../it/lessons/reach.rs"]
mod reach;
#[path = "../it/lessons/writes.rs"]
mod writes;
