//! The generator as a module, for benchmarks and tests.

mod bank;
mod damage;
mod dials;
mod names;
pub mod night;
mod random;
pub mod world;
