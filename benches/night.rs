//! Speed: one canonical night, 5,000 remittances against 50,000 open items, in memory.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

#[path = "../examples/worlds/mod.rs"]
#[expect(dead_code, reason = "a part of the generator serves here")]
mod worlds;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lettrage::{camt, pipeline};
use worlds::night::{NightFiles, input};
use worlds::world::{Dials, world};

const REMITTANCES: usize = 5_000;

fn canonical_night(criterion: &mut Criterion) {
    let files = NightFiles::new(&world(&Dials::mixed(1, REMITTANCES, 50_000, 2_500)));
    let mut group = criterion.benchmark_group("night");
    group.sample_size(10).throughput(Throughput::Elements(REMITTANCES as u64));
    group.bench_function("5000 remittances, 50000 open items", |bencher| {
        bencher.iter(|| black_box(pipeline::night(&input(&files), &|_| {}).unwrap().counts.lettered));
    });
    group.finish();
}

/// Reading alone, against the bare event loop of the XML library on the same bytes.
fn reading(criterion: &mut Criterion) {
    let files = NightFiles::new(&world(&Dials::mixed(2, 20_000, 60_000, 2_500)));
    let (name, bytes) = files.statements.iter().max_by_key(|(_, bytes)| bytes.len()).unwrap();
    let mut group = criterion.benchmark_group("reading");
    group.sample_size(20).throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("bare events", |bencher| bencher.iter(|| black_box(bare_events(bytes))));
    group.bench_function("statements", |bencher| bencher.iter(|| black_box(camt::read(name, bytes).unwrap().statements.len())));
    group.finish();
}

fn bare_events(bytes: &Arc<[u8]>) -> usize {
    let mut reader = quick_xml::Reader::from_reader(&bytes[..]);
    let mut events = 0;
    while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {
        events += 1;
    }
    events
}

criterion_group!(benches, canonical_night, reading);
criterion_main!(benches);
