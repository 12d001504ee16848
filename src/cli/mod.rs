//! x
mod inspect;
pub fn run_inspect(){ 
    for a in std::env::args().skip(1) {
        let name: std::sync::Arc<str> = a.as_str().into();
        let bytes = std::fs::read(&a).unwrap();
        match crate::camt::read(&name, &bytes) {
            Ok(r) => { for s in r.statements { println!("{}", inspect::json_line(&s.statement).unwrap()); for f in s.faults { eprintln!("{f}") } let _=inspect::table; let _ = inspect::visible; } for f in r.findings { eprintln!("{f}") } }
            Err(f) => eprintln!("{f}"),
        }
    }
}
