//! A real Redis that forgets everything when it ends.

use super::child::{Guarded, PATIENCE, Start, free_port};
use std::path::Path;
use std::time::{Duration, Instant};

/// A running Redis.
pub struct Redis {
    pub port: u16,
    directory: tempfile::TempDir,
    server: Option<Guarded>,
}

impl Redis {
    /// Starts one.
    pub fn start() -> Self {
        let directory = tempfile::Builder::new().prefix("lk-redis-").tempdir().expect("a directory");
        let mut redis = Self { port: free_port(), directory, server: None };
        redis.go();
        redis
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Starts it again at the same port, empty.
    pub fn go(&mut self) {
        let arguments = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--port"];
        let mut arguments: Vec<std::ffi::OsString> = arguments.into_iter().map(Into::into).collect();
        arguments.push(self.port.to_string().into());
        let server = Guarded::start(Start {
            program: Path::new("redis-server"),
            arguments,
            environment: Vec::new(),
            directory: self.directory.path(),
            signal: "TERM",
            log: self.directory.path().join("log"),
            remove: None,
        });
        server.wait_for_port(self.port);
        self.server = Some(server);
    }

    /// Ends it.
    pub fn end(&mut self) {
        self.server = None;
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
            assert!(begun.elapsed() < PATIENCE, "Redis does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
