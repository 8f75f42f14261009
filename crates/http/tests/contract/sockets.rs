//! WebSockets.

mod bounds;
mod catching_up;
mod delivery;
mod ending;
mod talking;
