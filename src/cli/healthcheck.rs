//! `latchkey healthcheck`: asks the running server on its ops port, for containers without a shell.

use super::exit::Exit;
use super::failure::Failure;
use super::local::Global;
use super::output::{Answer, Format};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// What to ask.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only whether it lives, not whether it is ready
    #[arg(long)]
    live: bool,
}

/// The longest wait for each step.
const WAIT: Duration = Duration::from_secs(3);
/// The longest answer that is read, bytes.
const LONGEST: u64 = 16 * 1024;

/// Asks.
///
/// # Errors
/// It does not answer (75), or says no (1).
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    global.no_env()?;
    let settings = global.settings(&[])?;
    let Some(listen) = settings.server.ops_listen else {
        let fix = "Set LATCHKEY_OPS_LISTEN, for example 127.0.0.1:8618.";
        return Err(Failure::new(Exit::Configuration, "the ops port is switched off", fix));
    };
    let path = if args.live { "/livez" } else { "/readyz" };
    let at = reachable(listen);
    let answer = ask(at, path).map_err(|error| {
        let fix = "Start it with `latchkey serve`, or look at its log.";
        Failure::new(
            Exit::Unavailable,
            format!("the server does not answer at http://{at}{path}: {error}"),
            fix,
        )
    })?;
    let (status, body) = parts(&answer);
    if status != Some(200) {
        let status =
            status.map_or_else(|| "something else than HTTP".to_owned(), |status| status.to_string());
        let message = format!("http://{at}{path} answers {status}: {}", super::output::one_line(body));
        return Err(Failure::new(Exit::Failed, message, "Look at the server's log."));
    }
    if global.output == Format::Json {
        return Ok(Answer::json(&json!({ "ok": true, "url": format!("http://{at}{path}") })));
    }
    Ok(Answer::text(if args.live { "alive" } else { "ready" }))
}

/// A server that listens on every address is asked on the loopback one.
fn reachable(mut listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        listen.set_ip(match listen.ip() {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    listen
}

fn ask(at: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&at, WAIT)?;
    stream.set_read_timeout(Some(WAIT))?;
    stream.set_write_timeout(Some(WAIT))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn parts(answer: &str) -> (Option<u16>, &str) {
    let status =
        answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok());
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, body.lines().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn server(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0_u8; 512];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        at
    }

    #[test]
    fn it_reads_status_and_reason() {
        let at = server("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 8\r\n\r\ndatabase");
        assert_eq!(parts(&ask(at, "/readyz").unwrap()), (Some(503), "database"));
        assert_eq!(parts("SSH-2.0-OpenSSH"), (None, ""));
    }

    #[test]
    fn every_address_is_asked_on_loopback() {
        assert_eq!(reachable("0.0.0.0:8618".parse().unwrap()).to_string(), "127.0.0.1:8618");
        assert_eq!(reachable("[::]:8618".parse().unwrap()).to_string(), "[::1]:8618");
        assert_eq!(reachable("10.0.0.1:8618".parse().unwrap()).to_string(), "10.0.0.1:8618");
    }
}
