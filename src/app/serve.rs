//! The running application: its listeners, jobs, a graceful stop.

use super::open::{OpenMode, Opened, Runtime, StartError, open_engine};
use super::tls::Served;
use super::{banner, check, dev, jobs, running, testing};
use crate::base::id::Sequence;
use crate::base::picture::Picture;
use crate::base::tls::{self, Slot};
use crate::config::Settings;
use crate::engine::Engine;
use crate::web::brand::Brand;
use crate::web::metrics::Metrics;
use crate::web::oauth::discovery::Document;
use crate::web::ops::{self, Health};
use crate::web::pages::try_it::TryClient;
use crate::web::recorder::{self, Recorder};
use crate::web::site::{Edge, PublicUrl, Site};
use crate::web::testing::TestMode;
use crate::web::{dispatch, routes, to_https};
use actix_web::dev::{Server, ServerHandle};
use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio::sync::oneshot;

/// The longest a request's head may take to arrive (security row U2).
const HEAD: Duration = Duration::from_secs(5);

/// A built application: its addresses are taken, nothing is answered yet.
pub struct Application {
    /// Where people and apps are answered.
    pub addr: SocketAddr,
    /// Where health and metrics are answered.
    pub ops_addr: Option<SocketAddr>,
    /// Where plain http is led to the issuer.
    pub http_addr: Option<SocketAddr>,
    /// The use cases, for whoever built it.
    pub engine: Engine,
    /// Readiness, for a drain before the stop.
    pub health: Health,
    server: Server,
    /// The listeners beside it; they end when it has ended.
    beside: Vec<Server>,
}

/// What a development server adds.
#[derive(Default)]
pub struct Extras {
    /// People to sign in as.
    pub people: Vec<(String, String)>,
    /// The built-in relying party.
    pub try_client: Option<TryClient>,
}

/// Builds the web around an opened engine and takes the ports; to be called inside an actix
/// runtime (the engine is opened outside of it, because opening blocks).
///
/// # Errors
/// [`StartError`] when a port is taken, or the certificate cannot be used.
pub fn assemble(settings: &Settings, engine: Engine, extras: Extras) -> Result<Application, StartError> {
    let served = Served::open(settings, &engine.clock)?;
    let listener = bind(settings.server.listen, "LATCHKEY_LISTEN")?;
    let ops_listener = settings.server.ops_listen.map(|at| bind(at, "LATCHKEY_OPS_LISTEN")).transpose()?;
    let http_listener = settings.server.http_listen.map(|at| bind(at, "LATCHKEY_HTTP_LISTEN")).transpose()?;
    let addr = listener.local_addr().unwrap_or(settings.server.listen);
    let at = |listener: &Option<TcpListener>| listener.as_ref().and_then(|at| at.local_addr().ok());
    let (ops_addr, http_addr) = (at(&ops_listener), at(&http_listener));
    let (recorder, stories) = Recorder::new();
    let extras = Extras { try_client: extras.try_client.map(|client| client.at(addr)), ..extras };
    let brand = brand(settings)?;
    let site = Data::new(site(settings, &engine, recorder, (extras, brand)));
    let health = Health::new(engine.clone());
    check::in_background(&engine.db, &health);
    jobs::start(&engine);
    actix_web::rt::spawn(recorder::run(engine.clone(), stories));
    let server = public_server(settings, site.clone(), listener, served.as_ref().map(|served| &served.slot))?;
    if let Some(served) = served {
        actix_web::rt::spawn(served.follow());
    }
    let redirects = http_listener.map(|listener| redirect_server(settings, &site, listener)).transpose()?;
    let ops = ops_listener.map(|listener| ops_server(site, health.clone(), listener)).transpose()?;
    let beside = redirects.into_iter().chain(ops).collect();
    Ok(Application { addr, ops_addr, http_addr, engine, health, server, beside })
}

/// How this server looks; its picture is read now and kept.
fn brand(settings: &Settings) -> Result<Brand, StartError> {
    let read = settings.brand.logo.as_deref().map(Picture::open).transpose();
    let logo = read.map_err(|(what, fix)| StartError::new(format!("brand.logo: {what}"), &fix))?;
    Ok(Brand::new(&settings.brand, logo))
}

fn site(settings: &Settings, engine: &Engine, recorder: Recorder, (extras, brand): (Extras, Brand)) -> Site {
    let public = PublicUrl {
        hsts_subdomains: settings.server.hsts_subdomains,
        ..PublicUrl::of(settings.server.issuer.url())
    };
    let timeout = Duration::from_secs(u64::from(settings.server.request_timeout_seconds));
    let metrics = Metrics::default();
    Site {
        discovery: Document::build(engine),
        routes: routes::by_path(&public.base_path, &metrics, settings.testing.enabled),
        unknown: metrics.of_route("unknown"),
        trace_ids: Sequence::new(&engine.rng),
        public,
        brand,
        language: settings.server.language,
        edge: Edge {
            trusted_proxies: settings.server.trusted_proxies.clone(),
            handler_timeout: timeout,
            body_timeout: timeout,
            dev: settings.dev,
        },
        metrics,
        recorder,
        engine: engine.clone(),
        testing: settings.testing.enabled.then(|| TestMode { token: settings.testing.token.clone() }),
        dev_people: extras.people,
        try_client: extras.try_client,
    }
}

fn bind(at: SocketAddr, setting: &str) -> Result<TcpListener, StartError> {
    TcpListener::bind(at).map_err(|error| {
        let other = at.port().saturating_add(10);
        StartError::new(
            format!("{at} cannot be listened on: {error}"),
            &format!(
                "Stop the program that uses this port, or choose another: {setting}={}:{other}",
                at.ip()
            ),
        )
    })
}

fn public_server(
    settings: &Settings,
    site: Data<Site>,
    listener: TcpListener,
    slot: Option<&Slot>,
) -> Result<Server, StartError> {
    let workers = match settings.server.workers {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        chosen => chosen,
    };
    let head = head(settings);
    let server = HttpServer::new(move || App::new().app_data(site.clone()).configure(dispatch::configure))
        .workers(workers)
        .max_connections(settings.server.max_connections)
        .client_request_timeout(head)
        .client_disconnect_timeout(head)
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(u64::from(settings.server.stop_grace_seconds))
        .tls_handshake_timeout(head)
        .disable_signals();
    let listening = match slot {
        None => server.listen(listener),
        Some(slot) => {
            let config = tls::server_config(slot).map_err(|error| {
                StartError::new(error.to_string(), "This is a fault of Latchkey; please report it.")
            })?;
            server.listen_rustls_0_23(listener, config)
        }
    };
    let listening = listening.map_err(|error| {
        StartError::new(error.to_string(), "Choose another address with LATCHKEY_LISTEN.")
    })?;
    Ok(listening.run())
}

/// The longest a request's head may take here.
fn head(settings: &Settings) -> Duration {
    HEAD.min(Duration::from_secs(u64::from(settings.server.request_timeout_seconds)))
}

fn redirect_server(settings: &Settings, site: &Site, listener: TcpListener) -> Result<Server, StartError> {
    let target = Data::new(to_https::Target::of(site.public.clone()));
    let server = HttpServer::new(move || App::new().app_data(target.clone()).configure(to_https::configure))
        .workers(1)
        .max_connections(settings.server.max_connections)
        .client_request_timeout(head(settings))
        .client_disconnect_timeout(head(settings))
        .shutdown_timeout(1)
        .disable_signals()
        .listen(listener)
        .map_err(|error| {
            StartError::new(error.to_string(), "Choose another address with LATCHKEY_HTTP_LISTEN.")
        })?;
    Ok(server.run())
}

fn ops_server(site: Data<Site>, health: Health, listener: TcpListener) -> Result<Server, StartError> {
    let health = Data::new(health);
    let server = HttpServer::new(move || {
        App::new().app_data(site.clone()).app_data(health.clone()).configure(ops::configure)
    })
    .workers(1)
    .shutdown_timeout(1)
    .disable_signals()
    .listen(listener)
    .map_err(|error| {
        StartError::new(error.to_string(), "Choose another address with LATCHKEY_OPS_LISTEN.")
    })?;
    Ok(server.run())
}

impl Application {
    /// A handle with which the application can be stopped.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Answers until it is stopped through its handle; requests in flight are finished.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn run(self) -> std::io::Result<()> {
        let handles: Vec<ServerHandle> = self.beside.iter().map(Server::handle).collect();
        for server in self.beside {
            actix_web::rt::spawn(server);
        }
        let ended = self.server.await;
        for handle in handles {
            handle.stop(false).await;
        }
        ended
    }
}

/// Serves until SIGTERM or SIGINT; a second signal stops at once. Returns the exit status.
///
/// # Errors
/// [`StartError`] when the start fails.
pub fn run(settings: &Settings) -> Result<u8, StartError> {
    let Opened { engine, .. } = open_engine(settings, OpenMode::Serve, &Runtime::system())?;
    let extras = if settings.dev { dev::prepare(&engine)? } else { Extras::default() };
    let mode = testing::prepare(settings, &engine)?;
    let welcome = banner::lines(settings, &engine, mode);
    actix_web::rt::System::new().block_on(async {
        let application = assemble(settings, engine, extras)?;
        running::record(&application.engine).await;
        println!("{welcome}");
        let lead = Duration::from_secs(u64::from(settings.server.drain_lead_seconds));
        let (cut_off, stop_now) = oneshot::channel();
        let stop = Stop { handle: application.handle(), health: application.health.clone(), lead, cut_off };
        actix_web::rt::spawn(stop.on_signal());
        tokio::select! {
            ended = application.run() => match ended {
                Ok(()) => Ok(0),
                Err(error) => Err(StartError::new(error.to_string(), "See the log.")),
            },
            Ok(()) = stop_now => {
                tracing::warn!("stopped at the second signal: requests in flight were cut off");
                Ok(1)
            }
        }
    })
}

/// What a signal to stop needs.
struct Stop {
    handle: ServerHandle,
    health: Health,
    lead: Duration,
    cut_off: oneshot::Sender<()>,
}

impl Stop {
    /// The first signal drains; a second one, at any time after it, stops at once.
    async fn on_signal(self) {
        let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return std::future::pending().await;
        };
        either(&mut term, &mut int).await;
        self.health.drain();
        tracing::info!("stopping: requests in flight are finished");
        let graceful = async {
            actix_web::rt::time::sleep(self.lead).await;
            self.handle.stop(true).await;
        };
        tokio::select! {
            () = graceful => {}
            () = either(&mut term, &mut int) => {
                // Without a receiver the server has ended already.
                let _ended = self.cut_off.send(());
            }
        }
    }
}

async fn either(term: &mut Signal, int: &mut Signal) {
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}
