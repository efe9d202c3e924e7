//! Log lines on their way to standard error: gathered in memory and written by a thread of their
//! own every few milliseconds, so that no request waits for the terminal or the disk.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

/// The longest a line waits.
const EVERY: Duration = Duration::from_millis(20);
/// Above this the thread is woken at once, bytes.
const SOON: usize = 64 * 1024;
/// Above this lines are dropped and counted: a blocked terminal must not eat the memory, bytes.
const MOST: usize = 8 * 1024 * 1024;

/// Takes lines; cheap to clone.
#[derive(Clone, Default)]
pub struct LineSink(Arc<Shared>);

#[derive(Default)]
struct Shared {
    lines: Mutex<Waiting>,
    wake: Condvar,
}

#[derive(Default)]
struct Waiting {
    text: Vec<u8>,
    dropped: u64,
}

impl LineSink {
    /// A sink whose thread writes to standard error; `None` when the thread cannot be started.
    pub fn start() -> Option<Self> {
        let sink = Self::default();
        let writer = sink.clone();
        let thread = std::thread::Builder::new().name("latchkey-log".to_owned());
        thread.spawn(move || writer.write_for_ever()).ok().map(|_| sink)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_for_ever(&self) {
        loop {
            let waiting = self.lock();
            let (waiting, _) =
                self.0.wake.wait_timeout(waiting, EVERY).unwrap_or_else(PoisonError::into_inner);
            drop(waiting);
            self.flush();
        }
    }

    /// Writes what waits, now; before the process ends.
    pub fn flush(&self) {
        let (text, dropped) = {
            let mut waiting = self.lock();
            (std::mem::take(&mut waiting.text), std::mem::take(&mut waiting.dropped))
        };
        let mut out = io::stderr().lock();
        // Nobody can be told when standard error itself does not work.
        let _unheard = out.write_all(&text);
        if dropped > 0 {
            let _unheard = writeln!(out, "latchkey: {dropped} log lines were dropped");
        }
    }
}

impl Write for LineSink {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.lock();
        if waiting.text.len() > MOST {
            waiting.dropped = waiting.dropped.saturating_add(1);
            return Ok(line.len());
        }
        waiting.text.extend_from_slice(line);
        if waiting.text.len() > SOON {
            self.0.wake.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LineSink {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
