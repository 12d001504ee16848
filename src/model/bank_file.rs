//! Bank files, in memory or on disk.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

/// A bank file: the name the user knows it under, and what is in it.
pub type BankFile = (Arc<str>, Content);

/// The bytes of a file, decompressed.
#[derive(Clone)]
pub enum Content {
    /// All of them.
    InMemory(Arc<[u8]>),
    /// A file too large to be held: it is read as it comes.
    Large(Arc<dyn Stream>),
}

/// Gives the bytes of a file, from the start each time.
pub trait Stream: Send + Sync {
    /// Begins at the first byte.
    ///
    /// # Errors
    ///
    /// What the operating system says, here and from the reader: also that the file is not the same any
    /// more as when the night took it.
    fn open(&self) -> io::Result<Box<dyn Read + '_>>;
}

impl Stream for Arc<[u8]> {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(&**self))
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::InMemory(bytes.into())
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InMemory(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Large(_) => f.write_str("a large file"),
        }
    }
}
