//! Reading a bank file: ours against the bare event loop of the XML library, in one run.
//!
//! ```sh
//! cargo bench --bench reading                  # statements of 50 and 500 MB, made up
//! cargo bench --bench reading -- FILE…         # files of your own
//! ```
//!
//! Times are the best of several rounds taken in turn; memory is the peak of a process of its own
//! that reads the file as it comes.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first surprise")]
#![expect(clippy::panic, reason = "a benchmark stops at the first surprise")]
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "it reads files, arguments and the clock itself")]
#![expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "ratios of times and sizes")]

#[path = "../examples/worlds/mod.rs"]
#[expect(dead_code, reason = "a part of the generator serves here")]
mod worlds;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use lettrage::camt;
use lettrage::model::Stream;
use worlds::world::{Dials, world};

const ROUNDS: usize = 15;
/// Asks a process of this program to read one file and tell its peak memory.
const PEAK_OF: &str = "LETTRAGE_BENCH_PEAK_OF";
/// Asks it for the bare event loop over one file, for a profiler.
const BARE_OF: &str = "LETTRAGE_BENCH_BARE_OF";

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    if let Some(path) = std::env::var_os(PEAK_OF) {
        let reading = camt::read_stream(&"peak".into(), &OnDisk(path.into()), camt::WINDOW).unwrap();
        let entries: usize = reading.statements.iter().map(|s| s.statement.entries.len()).sum();
        println!("{} {entries}", peak_kibibytes());
        return;
    }
    if let Some(path) = std::env::var_os(BARE_OF) {
        println!("{}", bare_events(&std::fs::read(&path).unwrap()));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let given: Vec<PathBuf> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).map(PathBuf::from).collect();
    let files = if given.is_empty() { made_up(folder.path()) } else { given };
    println!(
        "file                      MB   bare MB/s   1 core MB/s   of bare   2 cores   faster   entries   peak MB   bytes/entry"
    );
    for path in &files {
        row(path);
    }
}

/// One statement of so many megabytes each, over and over the entries of a made-up company.
fn made_up(folder: &Path) -> Vec<PathBuf> {
    let made = world(&Dials::mixed(2, 20_000, 60_000, 2_500));
    let (_, text) = made.statements.iter().max_by_key(|(_, text)| text.len()).unwrap();
    let first = text.find("<Ntry>").unwrap();
    let end = text.rfind("</Ntry>").unwrap() + "</Ntry>".len();
    [50_000_000, 500_000_000]
        .map(|size| {
            let path = folder.join(format!("made-up-{}.xml", size / 1_000_000));
            let copies = size / (end - first);
            std::fs::write(&path, [&text[..first], &text[first..end].repeat(copies), &text[end..]].concat()).unwrap();
            path
        })
        .to_vec()
}

fn row(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    let name: Arc<str> = "bench".into();
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let (one, two) = (pool(1), pool(2));
    let mut best = [f64::MAX; 3];
    let rounds = if bytes.len() > 200_000_000 { 5 } else { ROUNDS };
    for _ in 0..rounds {
        let times = [
            timed(|| bare_events(&bytes)),
            timed(|| one.install(|| camt::read(&name, &bytes).unwrap().statements.len())),
            timed(|| two.install(|| camt::read(&name, &bytes).unwrap().statements.len())),
        ];
        for (best, time) in best.iter_mut().zip(times) {
            *best = best.min(time);
        }
    }
    let megabytes = bytes.len() as f64 / 1e6;
    let told = Command::new(std::env::current_exe().unwrap()).env(PEAK_OF, path).output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let numbers: Vec<f64> = told.split_whitespace().map(|n| n.parse().unwrap()).collect();
    let [peak, entries] = numbers[..] else { panic!("{told}") };
    let [bare, ours, both] = best;
    println!(
        "{:24} {megabytes:4.0}   {:9.0}   {:11.0}   {:7.2}   {:7.0}   {:6.2}   {entries:7.0}   {:7.0}   {:11.0}",
        path.file_name().unwrap().to_string_lossy(),
        megabytes / bare,
        megabytes / ours,
        ours / bare,
        megabytes / both,
        ours / both,
        peak * 1024.0 / 1e6,
        peak * 1024.0 / entries,
    );
}

fn timed<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    let done = work();
    let time = start.elapsed().as_secs_f64();
    black_box(done);
    time
}

/// The floor: every event of the document, none looked at.
fn bare_events(bytes: &[u8]) -> usize {
    let mut reader = quick_xml::Reader::from_reader(bytes);
    let mut events = 0;
    while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {
        events += 1;
    }
    events
}

/// A file that is read as it comes.
struct OnDisk(PathBuf);

impl Stream for OnDisk {
    fn open(&self) -> std::io::Result<Box<dyn std::io::Read + '_>> {
        Ok(Box::new(std::fs::File::open(&self.0)?))
    }
}

/// Largest resident memory of this process so far, as Linux tells it.
fn peak_kibibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
