//! `latchkey serve` and `latchkey dev`.

use super::complain;
use super::failure::Failure;
use super::local::Global;
use crate::app;
use crate::config::Settings;
use std::process::ExitCode;

/// What to serve with; everything has a default.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// Address and port for people and apps [default: 127.0.0.1:8617]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Address and port for health checks and metrics [default: 127.0.0.1:8618]
    #[arg(long, value_name = "ADDRESS:PORT")]
    ops_listen: Option<String>,
    /// Certificate chain (PEM): speak https without a proxy
    #[arg(long, value_name = "FILE")]
    tls_certificate: Option<String>,
    /// Private key of the certificate (PEM)
    #[arg(long, value_name = "FILE")]
    tls_key: Option<String>,
    /// Address and port that lead plain http to the https issuer
    #[arg(long, value_name = "ADDRESS:PORT")]
    http_listen: Option<String>,
    /// error, warn, info, debug or trace [default: info]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
}

/// Serves until it is told to stop.
pub fn run(global: &Global, args: &Args, dev: bool) -> ExitCode {
    match serve(global, args, dev) {
        Ok(status) => ExitCode::from(status),
        Err(failure) => complain(&failure, global.output).into(),
    }
}

fn serve(global: &Global, args: &Args, dev: bool) -> Result<u8, Failure> {
    let mut settings = settings(global, args, dev)?;
    // Dropped, and so removed, when serving ends.
    let _throwaway = if dev { Some(app::dev_throwaway(&mut settings)?) } else { None };
    app::init_logging(&settings.log);
    let ended = app::run(&settings);
    app::flush_logs();
    Ok(ended?)
}

fn settings(global: &Global, args: &Args, dev: bool) -> Result<Settings, Failure> {
    global.no_env()?;
    let more = [
        ("server.listen", args.listen.as_ref()),
        ("server.ops_listen", args.ops_listen.as_ref()),
        ("server.tls_certificate", args.tls_certificate.as_ref()),
        ("server.tls_key", args.tls_key.as_ref()),
        ("server.http_listen", args.http_listen.as_ref()),
        ("log.level", args.log_level.as_ref()),
    ];
    let mut settings = global.settings(&more)?;
    Global::check_files(&mut settings)?;
    settings.dev = dev;
    Ok(settings)
}
