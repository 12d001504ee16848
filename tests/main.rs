//! One binary for all tests that go through the whole program.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests own their folders and stop at the first surprise"
)]

mod architecture;
mod banks;
mod bookings;
mod chain;
mod corpus;
mod decisions;
mod dunning;
mod errors;
mod faults;
mod fec;
mod fit;
mod follow;
mod histories;
mod hostile;
mod in_memory;
mod interest;
mod layouts;
mod letters;
mod lists;
mod manual;
mod nights;
mod project;
mod reading;
mod reversals;
mod same_bytes;
mod samples;
mod statements;
mod verify;
mod wordings;
mod world;
mod xml_suite;
