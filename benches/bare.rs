//! The machine's limit beside which Latchkey is measured: a server of the same library that does
//! nothing but answer `/json` (8 KiB, made once) or sign one RS256 token a request at `/sign`.
//! Run with `cargo bench --bench bare -- 127.0.0.1:8090`; it serves until it is stopped.
#![allow(clippy::unwrap_used, missing_docs)]

use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use std::sync::Arc;

/// As long as the header and claims of an access token.
const SIGNED: &str = "eyJhbGciOiJSUzI1NiJ9";

fn signed(key: &RsaKeyPair) -> String {
    let message = format!("{SIGNED}.{}", "A".repeat(560));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &latchkey::base::rng::blinding(), message.as_bytes(), &mut signature)
        .unwrap();
    format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().find(|argument| argument.contains(':'));
    let Some(address) = address else {
        // Among the other benchmarks it has nothing to say.
        return Ok(());
    };
    let key = Arc::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
    let json = Bytes::from(format!("{{\"text\":\"{}\"}}", "x".repeat(8_000)));
    HttpServer::new(move || {
        let (key, json) = (Arc::clone(&key), json.clone());
        App::new()
            .route("/json", web::get().to(move || std::future::ready(HttpResponse::Ok().body(json.clone()))))
            .route("/sign", web::get().to(move || std::future::ready(HttpResponse::Ok().body(signed(&key)))))
    })
    .workers(1)
    .bind(address)?
    .run()
    .await
}
