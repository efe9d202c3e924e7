//! `[server]`: where Latchkey is reached, listens and keeps its data.

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;

use crate::base::words::Words;
use crate::config::formats::{
    Directory, HOUR, Issuer, IssuerFormat, Language, Listen, MINUTE, Networks, OptionalFile, OptionalListen,
    Truth, seconds, whole,
};
use crate::config::key::section;

section! {
    /// Where Latchkey is reached, listens and keeps its data.
    pub struct Server = "server" {
        /// The address under which people and apps reach this server; it stands in every token, so
        /// changing it later makes every app need the new one. A path below a host is allowed. When
        /// it is not set, it follows the port of `server.listen`.
        issuer: Issuer => IssuerFormat, "http://localhost:8617", also "LATCHKEY_ISSUER";
        /// The address and port for people and apps.
        listen: SocketAddr => Listen { port: 8617 }, "127.0.0.1:8617", also "LATCHKEY_LISTEN";
        /// The address and port for health checks and metrics. Keep it away from the internet.
        ops_listen: Option<SocketAddr> => OptionalListen(Listen { port: 8618 }), "127.0.0.1:8618",
            also "LATCHKEY_OPS_LISTEN";
        /// The certificate of this server and those that lead to its root (PEM). With it, `server.listen`
        /// speaks https and no proxy is needed. A changed file is taken up within seconds; one that is broken
        /// is logged, and the one before stays in use.
        tls_certificate: Option<PathBuf> => OptionalFile, "", also "LATCHKEY_TLS_CERTIFICATE";
        /// The private key of that certificate (PEM, without a passphrase).
        tls_key: Option<PathBuf> => OptionalFile, "", also "LATCHKEY_TLS_KEY";
        /// Where plain http is answered with a redirect to the same path of the issuer, which must be https.
        http_listen: Option<SocketAddr> => OptionalListen(Listen { port: 80 }), "", also "LATCHKEY_HTTP_LISTEN";
        /// Whether browsers that came by https shall use nothing else for all names below this host too (HSTS
        /// `includeSubDomains`), for a year. They always do for the host itself, unless it is this machine.
        hsts_subdomains: bool => Truth, "false";
        /// The language of pages and mails for whoever asks for none, or for none that there is.
        language: Words => Language, "en";
        /// The directory for the SQLite database and the master key.
        data_dir: PathBuf => Directory, "./data", also "LATCHKEY_DATA_DIR";
        /// How many threads answer requests.
        workers: usize => whole(0, 1024, "threads").zero_means("one per processor core"), "0";
        /// Proxies whose `X-Forwarded-For` is believed. Without any, the address of the connection
        /// counts.
        trusted_proxies: Vec<IpNet> => Networks, "";
        /// Connections that may be open at once; more wait in the system's queue.
        max_connections: usize => whole(10, 1_000_000, "connections"), "10000";
        /// How long a request may take to arrive and be answered.
        request_timeout_seconds: u32 => seconds(1, 5 * MINUTE), "10";
        /// How long running requests may finish after a request to stop.
        stop_grace_seconds: u32 => seconds(0, HOUR), "25";
        /// How long `readyz` says no before new connections are refused, so that a load balancer can
        /// send people elsewhere.
        drain_lead_seconds: u32 => seconds(0, 5 * MINUTE), "0";
    }
}
