//! A plain HTTP/1.1 client over a socket: nothing is normalised, followed or retried, so that tests
//! can send what browsers would not. `Visitor` adds a cookie jar and reads forms like a person without JavaScript.

use super::child::PATIENCE;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str()).collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("no JSON ({e}): {} {}", self.status, self.text()))
    }

    #[track_caller]
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_else(|| panic!("no Location: {} {}", self.status, self.text()))
    }

    /// A parameter of the query of `Location`.
    pub fn param(&self, name: &str) -> Option<String> {
        let (_, query) = self.header("location")?.split_once('?')?;
        url::form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
    }

    /// The parameters of the fragment of `Location`; none when it has none.
    pub fn fragment(&self) -> BTreeMap<String, String> {
        let fragment = self.header("location").and_then(|l| l.split_once('#')).map_or("", |(_, f)| f);
        url::form_urlencoded::parse(fragment.as_bytes()).into_owned().collect()
    }

    /// The value of a hidden input.
    pub fn input(&self, name: &str) -> Option<String> {
        let text = self.text();
        let start = text.find(&format!("name=\"{name}\" value=\""))? + name.len() + 15;
        let end = text.get(start..)?.find('"')?;
        Some(
            text.get(start..start + end)?.replace("&quot;", "\"").replace("&#38;", "&").replace("&amp;", "&"),
        )
    }
}

/// Sends raw bytes and reads one answer; `None` when the connection closes without one.
pub fn raw(addr: SocketAddr, bytes: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(addr).expect("connect");
    stream.set_read_timeout(Some(PATIENCE)).expect("timeout");
    if super::tls::is_spoken_at(addr.port()) {
        return exchange(&mut super::tls::greeted(addr, stream), bytes);
    }
    exchange(&mut stream, bytes)
}

/// Sends bytes on a connection and reads one answer.
pub fn exchange(stream: &mut (impl Read + Write), bytes: &[u8]) -> Option<Answer> {
    // The server may answer and close before it has read everything.
    let _early_close = stream.write_all(bytes);
    read_answer(stream)
}

/// Reads one answer.
pub fn read_answer(stream: &mut impl Read) -> Option<Answer> {
    let mut data = Vec::new();
    let mut chunk = [0_u8; 16 * 1024];
    let head_end = loop {
        if let Some(at) = data.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(n) => data.extend_from_slice(&chunk[..n]),
        }
    };
    let head = String::from_utf8_lossy(&data[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|l| l.split_once(':').map(|(n, v)| (n.trim().to_owned(), v.trim().to_owned())))
        .collect();
    let length = headers
        .iter()
        .find(|(n, _)| n.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, v)| v.parse::<usize>().ok())
        .unwrap_or(0);
    let mut body = data[head_end + 4..].to_vec();
    while body.len() < length {
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(n) => body.extend_from_slice(&chunk[..n]),
        }
    }
    body.truncate(length);
    Some(Answer { status, headers, body })
}

/// A request under construction.
pub struct Call {
    addr: SocketAddr,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Call {
    /// `target` is sent as it stands.
    pub fn new(addr: SocketAddr, host: &str, method: &str, target: &str) -> Self {
        let headers =
            vec![("Host".to_owned(), host.to_owned()), ("Connection".to_owned(), "close".to_owned())];
        Self { addr, method: method.to_owned(), target: target.to_owned(), headers, body: Vec::new() }
    }

    /// Adds a header, replacing one of that name.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// HTTP Basic with form-encoded halves (RFC 6749 §2.3.1).
    #[must_use]
    pub fn basic(self, id: &str, secret: &str) -> Self {
        use base64::Engine as _;
        let enc = |s: &str| url::form_urlencoded::byte_serialize(s.as_bytes()).collect::<String>();
        let token = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", enc(id), enc(secret)));
        self.header("Authorization", &format!("Basic {token}"))
    }

    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// A form body.
    #[must_use]
    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        let body = form(pairs);
        self.header("Content-Type", "application/x-www-form-urlencoded").body(body.as_bytes())
    }

    #[must_use]
    pub fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    /// Sends it, once more where a machine was too busy for as long as a head may take: then it was not read.
    #[track_caller]
    pub fn send(self) -> Answer {
        let (bytes, started) = (self.bytes(), Instant::now());
        loop {
            let answer = raw(self.addr, &bytes);
            let answer = answer.unwrap_or_else(|| panic!("no answer to {} {}", self.method, self.target));
            if answer.status != 408 || started.elapsed() > PATIENCE {
                return answer;
            }
        }
    }

    /// What goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            out.push_str(&format!("{name}: {value}\r\n"));
        }
        if self.method == "POST" || !self.body.is_empty() {
            out.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        out.push_str("\r\n");
        let mut bytes = out.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Form-encodes pairs.
pub fn form(pairs: &[(&str, &str)]) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    for (n, v) in pairs {
        out.append_pair(n, v);
    }
    out.finish()
}

/// A person's browser without JavaScript: cookies, and forms of our pages.
#[derive(Clone)]
pub struct Visitor {
    pub addr: SocketAddr,
    pub host: String,
    pub cookies: BTreeMap<String, String>,
}

impl Visitor {
    pub fn new(addr: SocketAddr, host: &str) -> Self {
        Self { addr, host: host.to_owned(), cookies: BTreeMap::new() }
    }

    /// A call with this visitor's cookies.
    pub fn call(&self, method: &str, target: &str) -> Call {
        let jar = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ");
        let call = Call::new(self.addr, &self.host, method, target);
        if jar.is_empty() { call } else { call.header("Cookie", &jar) }
    }

    /// Sends, and keeps the cookies of the answer.
    #[track_caller]
    pub fn send(&mut self, call: Call) -> Answer {
        let answer = call.send();
        for set in answer.all("set-cookie") {
            let (pair, attributes) = set.split_once(';').unwrap_or((set, ""));
            let (name, value) = pair.split_once('=').expect("a cookie");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// GET of a path or of a URL of this server.
    #[track_caller]
    pub fn get(&mut self, target: &str) -> Answer {
        let call = self.call("GET", &self.local(target));
        self.send(call)
    }

    /// Posts a form as a same-origin browser would.
    #[track_caller]
    pub fn post(&mut self, target: &str, pairs: &[(&str, &str)]) -> Answer {
        let call = self.post_call(target, pairs);
        self.send(call)
    }

    /// The call of [`Visitor::post`], to be changed before it is sent.
    pub fn post_call(&self, target: &str, pairs: &[(&str, &str)]) -> Call {
        let origin = self.origin();
        self.call("POST", &self.local(target))
            .header("Sec-Fetch-Site", "same-origin")
            .header("Origin", &origin)
            .form(pairs)
    }

    /// Follows redirects within this server.
    #[track_caller]
    pub fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            if !(300..400).contains(&answer.status) || !self.is_local(answer.location()) {
                return answer;
            }
            let next = answer.location().to_owned();
            answer = self.get(&next);
        }
        panic!("more than ten redirects");
    }

    fn is_local(&self, location: &str) -> bool {
        location.starts_with('/') || location.starts_with(&format!("{}/", self.origin()))
    }

    fn local(&self, target: &str) -> String {
        target.strip_prefix(&self.origin()).unwrap_or(target).to_owned()
    }

    fn origin(&self) -> String {
        format!("{}://{}", super::tls::scheme(self.addr.port()), self.host)
    }
}
