//! The `latchkey` binary.

use mimalloc::MiMalloc;
use std::process::ExitCode;

// The system's allocator took a tenth of the time of a request (docs/performance.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    latchkey::cli::main()
}
