//! HTTP: one way in (`dispatch`), one route table (`routes`), one way out (`respond`). Handlers read
//! a typed request, call one use case, and say what to answer.

pub mod brand;
pub mod cookies;
pub mod dispatch;
pub mod headers;
mod limits;
pub mod metrics;
pub mod oauth;
pub mod ops;
pub mod pages;
pub mod proxy;
pub mod recorder;
pub mod request;
pub mod respond;
pub mod routes;
pub mod site;
pub mod testing;
pub mod to_https;
pub mod views;

pub use request::{Request, Response};
pub use site::Site;
