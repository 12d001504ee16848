//! Speed: one canonical night, 5,000 remittances against 50,000 open items, in memory.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

#[path = "../examples/worlds/mod.rs"]
#[expect(dead_code, reason = "a part of the generator serves here")]
mod worlds;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lettrage::pipeline;
use worlds::night::{NightFiles, input};
use worlds::world::{Dials, world};

const REMITTANCES: usize = 5_000;

fn canonical_night(criterion: &mut Criterion) {
    let files = NightFiles::new(&world(&Dials::mixed(1, REMITTANCES, 50_000, 2_500)));
    let mut group = criterion.benchmark_group("night");
    group.sample_size(10).throughput(Throughput::Elements(REMITTANCES as u64));
    group.bench_function("5000 remittances, 50000 open items", |bencher| {
        bencher.iter(|| black_box(pipeline::night(input(&files), &|_| {}).unwrap().counts.lettered));
    });
    group.finish();
}

criterion_group!(benches, canonical_night);
criterion_main!(benches);
