//! A relying party's own web server on loopback, over https: it answers each path as it is told, and keeps what
//! it was asked.

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

#[derive(Default)]
struct State {
    answers: HashMap<String, Vec<u8>>,
    asked: Vec<String>,
    over: bool,
}

/// The server; it ends when dropped.
pub struct Site {
    addr: SocketAddr,
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

impl Site {
    /// With the tests' certificate, for `localhost` and `127.0.0.1`.
    pub fn start() -> Self {
        let files = super::tls::authority().server();
        let chain = CertificateDer::pem_file_iter(files.certificate).expect("a file");
        let chain = chain.map(|one| one.expect("a certificate")).collect();
        let key = PrivateKeyDer::from_pem_file(files.key).expect("a key");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("versions").with_no_client_auth().with_single_cert(chain, key);
        let config = Arc::new(config.expect("a configuration"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let addr = listener.local_addr().expect("an address");
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if shared.lock().expect("no poison").over {
                    return;
                }
                stream.set_read_timeout(Some(super::child::PATIENCE)).expect("a time limit");
                let connection = ServerConnection::new(config.clone()).expect("a connection");
                serve(StreamOwned::new(connection, stream), &shared);
            }
        });
        Self { addr, state, thread: Some(thread) }
    }

    /// The URL of a path here.
    pub fn url(&self, path: &str) -> String {
        format!("https://127.0.0.1:{}{path}", self.addr.port())
    }

    /// From now on this path answers so.
    pub fn put(&self, path: &str, kind: &str, body: &str) {
        let length = body.len();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n");
        self.put_raw(path, &format!("{head}Connection: close\r\n\r\n{body}"));
    }

    /// [`Site::put`] with a whole answer as it goes over the wire.
    pub fn put_raw(&self, path: &str, answer: &str) {
        self.state.lock().expect("no poison").answers.insert(path.to_owned(), answer.as_bytes().to_vec());
    }

    /// The targets that were asked for so far.
    pub fn asked(&self) -> Vec<String> {
        self.state.lock().expect("no poison").asked.clone()
    }
}

fn serve(mut stream: impl Read + Write, state: &Mutex<State>) {
    let mut head = Vec::new();
    let mut chunk = [0_u8; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return,
            Ok(count) => head.extend_from_slice(&chunk[..count]),
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.split(' ').nth(1).expect("a target").to_owned();
    let answer = {
        let mut state = state.lock().expect("no poison");
        state.asked.push(target.clone());
        state.answers.get(&target).cloned()
    };
    let missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    // Whoever asked may have gone.
    let _gone = stream.write_all(&answer.unwrap_or(missing)).and_then(|()| stream.flush());
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Ok(mut state) = self.state.lock() {
            state.over = true;
        }
        let _woken = TcpStream::connect(self.addr);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}
