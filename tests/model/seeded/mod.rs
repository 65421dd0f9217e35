//! Lives drawn from a number: what the user does, what happens to requests and processes meanwhile, and what must be
//! true when it is over. A life that fails is made smaller, and is replayed by its number.

mod deed;
mod draw;
pub mod life;
pub mod plan;
pub mod shrink;
mod strike;
mod verdict;
