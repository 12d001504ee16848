//! Any bytes as an archive: no panic, and no member whose name leads out of it.
#![no_main]

use lettrage::shell;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for name in ["fuzz.zip", "fuzz.xml.gz"] {
        let Ok(documents) = shell::unpack(&name.into(), bytes.to_vec()) else { continue };
        for (inner, _) in documents {
            let member = inner.strip_prefix("fuzz.zip!").unwrap_or("member");
            assert!(!member.starts_with('/') && !member.split(['/', '\\']).any(|part| part == ".."), "{member}");
        }
    }
});
