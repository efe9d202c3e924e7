//! The only place that wires things: settings -> engine -> site -> servers -> a running application.

mod banner;
mod check;
mod data_dir;
mod dev;
mod instance;
mod jobs;
mod line_sink;
mod log_format;
mod logging;
mod open;
mod running;
mod serve;
mod testing;
mod throwaway;
mod tls;

pub use check::quick as quick_check;
pub use dev::{prepare as prepare_dev, throwaway as dev_throwaway};
pub use instance::{is_made, place};
pub use logging::{flush as flush_logs, init as init_logging};
pub use open::{OpenMode, Opened, Runtime, StartError, db_config, open_engine};
pub use serve::{Application, Extras, assemble, run};
pub use throwaway::Throwaway;
