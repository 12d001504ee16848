//! Any bytes as a bank file: no panic, and the same reading in order, in parts and in windows.
#![no_main]

use std::sync::{Arc, LazyLock};

use lettrage::camt;
use libfuzzer_sys::fuzz_target;
use rayon::ThreadPool;

static NAME: LazyLock<Arc<str>> = LazyLock::new(|| "fuzz.xml".into());
static ONE: LazyLock<ThreadPool> = LazyLock::new(|| pool(1));
static TWO: LazyLock<ThreadPool> = LazyLock::new(|| pool(2));

fn pool(threads: usize) -> ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

fuzz_target!(|bytes: &[u8]| {
    // Under the fuzzer, lists of a few hundred bytes are already read in parts.
    let in_order = ONE.install(|| format!("{:?}", camt::read(&NAME, bytes)));
    let in_parts = TWO.install(|| format!("{:?}", camt::read(&NAME, bytes)));
    assert_eq!(in_order, in_parts);
    let shared: Arc<[u8]> = bytes.into();
    let in_windows = ONE.install(|| format!("{:?}", camt::read_stream(&NAME, &shared, 700)));
    assert_eq!(in_order, in_windows);
});
