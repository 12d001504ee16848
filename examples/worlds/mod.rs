//! The generator as a module, for benchmarks and tests.
#![expect(dead_code, reason = "each user needs a part of it")]

mod names;
pub mod night;
mod random;
pub mod world;
