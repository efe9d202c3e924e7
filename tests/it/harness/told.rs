//! Relying parties' own web servers on loopback: they keep what is sent to them, and answer as they are told.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

/// One request that came in.
#[derive(Clone, Debug)]
pub struct Told {
    pub method: String,
    /// Path and query as they were sent.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Told {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The pairs of the form that was posted.
    pub fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }
}

/// What a path answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status and a body of HTML.
    Html(u16, String),
    /// A redirect.
    To(String),
    /// Nothing, until the server is dropped.
    Silence,
}

#[derive(Default)]
struct State {
    told: Vec<Told>,
    replies: HashMap<String, Reply>,
    over: bool,
    /// Kept open: whoever sent them waits.
    silent: Vec<TcpStream>,
}

/// The server; it ends when dropped. Its connections are served side by side.
pub struct Receiver {
    pub addr: SocketAddr,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Receiver {
    /// Answers 200 to everything until it is told otherwise.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let addr = listener.local_addr().expect("an address");
        let state: Arc<(Mutex<State>, Condvar)> = Arc::default();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if shared.0.lock().expect("no poison").over {
                    return;
                }
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { addr, state }
    }

    /// The URL of a path here, under a name that browsers take for this machine too.
    pub fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.addr.port())
    }

    /// From now on this path (without its query) answers so.
    pub fn reply(&self, path: &str, reply: Reply) {
        self.state.0.lock().expect("no poison").replies.insert(path.to_owned(), reply);
    }

    /// Everything so far.
    pub fn told(&self) -> Vec<Told> {
        self.state.0.lock().expect("no poison").told.clone()
    }

    /// What came to this path so far.
    pub fn told_at(&self, path: &str) -> Vec<Told> {
        self.told().into_iter().filter(|told| told.target.split('?').next() == Some(path)).collect()
    }

    /// Waits until so many came to this path.
    #[track_caller]
    pub fn wait(&self, path: &str, count: usize) -> Vec<Told> {
        let (state, more) = &*self.state;
        let started = Instant::now();
        let mut held = state.lock().expect("no poison");
        loop {
            let here: Vec<Told> = held
                .told
                .iter()
                .filter(|told| told.target.split('?').next() == Some(path))
                .cloned()
                .collect();
            if here.len() >= count {
                return here;
            }
            let left = super::child::PATIENCE.saturating_sub(started.elapsed());
            assert!(!left.is_zero(), "{} of {count} came to {path}: {:?}", here.len(), held.told);
            held = more.wait_timeout(held, left).expect("no poison").0;
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Ok(mut state) = self.state.0.lock() {
            state.over = true;
            state.silent.clear();
        }
        let _woken = TcpStream::connect(self.addr);
    }
}

fn serve(mut stream: TcpStream, state: &(Mutex<State>, Condvar)) {
    let Some(told) = read(&mut stream) else { return };
    let path = told.target.split('?').next().unwrap_or_default().to_owned();
    let (state, more) = state;
    let mut held = state.lock().expect("no poison");
    let reply = held.replies.get(&path).cloned().unwrap_or_else(|| Reply::Html(200, String::new()));
    held.told.push(told);
    more.notify_all();
    let answer = match reply {
        Reply::Html(status, body) => {
            let head = "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store";
            format!(
                "HTTP/1.1 {status} X\r\n{head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
        }
        Reply::To(to) => {
            format!("HTTP/1.1 303 X\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        Reply::Silence => {
            held.silent.push(stream);
            return;
        }
    };
    drop(held);
    // Whoever asked may have gone.
    let _gone = stream.write_all(answer.as_bytes());
}

fn read(stream: &mut TcpStream) -> Option<Told> {
    stream.set_read_timeout(Some(super::child::PATIENCE)).ok()?;
    let (mut data, mut chunk) = (Vec::new(), [0_u8; 4096]);
    let end = loop {
        if let Some(at) = data.windows(4).position(|end| end == b"\r\n\r\n") {
            break at;
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => data.extend_from_slice(&chunk[..count]),
        }
    };
    let head = String::from_utf8_lossy(&data[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.map_or(0, |(_, value)| value.parse().unwrap_or(0));
    let mut body = data[end + 4..].to_vec();
    while body.len() < length {
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(count) => body.extend_from_slice(&chunk[..count]),
        }
    }
    Some(Told { method, target, headers, body: String::from_utf8_lossy(&body).into_owned() })
}
