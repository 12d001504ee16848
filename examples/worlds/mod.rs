//! The generator as a module, for benchmarks and tests.

mod names;
pub mod night;
mod random;
pub mod world;
