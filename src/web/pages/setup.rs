//! First run: a single-use link makes the first admin; then the first app (experience 8.4 "Setup").

use super::{typed, words};
use crate::base::secret::{OneTimeLink, Plain, Secret};
use crate::base::words::Phrase;
use crate::domain::client::Metadata;
use crate::domain::factor::Purpose;
use crate::domain::user::User;
use crate::engine::admin::{
    Actor, AdminError, Desk, FieldProblem, Mode, apply, clients, env_lines, links, people, users,
};
use crate::engine::login::{self, Attempt, Next, Toward};
use crate::protocol::client_auth::AuthMethod;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Fault, links as stored};
use crate::web::cookies;
use crate::web::headers::FormAction;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::notice::Notice;
use crate::web::views::parts::Field;
use crate::web::views::setup_admin::SetupAdmin;
use crate::web::views::setup_app::{Kind, SetupApp};
use crate::web::views::setup_done::SetupDone;
use actix_web::http::{Method, StatusCode};
use serde_json::{Map, Value};

/// `/setup`
pub static ROUTE: Route = Route {
    path: "/setup",
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(admin(request)),
};

/// `/setup/app`
pub static APP: Route = Route {
    path: "/setup/app",
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(app(request)),
};

async fn admin(request: Request) -> Result<Response, Refusal> {
    let posted = *request.http.method() == Method::POST;
    let sent = if posted { typed(&request, "link") } else { request.query.get("link").unwrap_or_default() };
    let link = Plain::<OneTimeLink>::presented(sent);
    if !is_usable(&request, &link).await? {
        let view = Notice::setup_link_invalid(request.chrome());
        return respond::page(&request, StatusCode::NOT_FOUND, &view, FormAction::default());
    }
    if posted { make_admin(request, link).await } else { form(&request, &link, &[], None) }
}

async fn is_usable(request: &Request, link: &Plain<OneTimeLink>) -> Result<bool, Refusal> {
    let (digest, now) = (link.digest(), request.engine().now());
    let found = request.engine().db.read(move |conn| {
        let open = !crate::store::users::any_with_role(conn, people::ADMIN)?;
        Ok(open && stored::peek(conn, &digest, stored::SETUP, now)?.is_some())
    });
    found.await.map_err(Fault::into_refusal)
}

fn form(
    request: &Request,
    link: &Plain<OneTimeLink>,
    problems: &[FieldProblem],
    password_problem: Option<Phrase>,
) -> Result<Response, Refusal> {
    let field = |form: &str, name: &str| field(request, form, problems, name);
    let view = SetupAdmin {
        chrome: request.chrome(),
        csrf: request.csrf(ROUTE.path, None),
        link: link.reveal().to_owned(),
        name: field("name", "claims.name"),
        email: field("email", "email"),
        username: field("username", "username"),
        password_problem,
        password_min: request.engine().policy.min_password,
    };
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}

/// A field with what was typed, and what is wrong with it.
fn field(request: &Request, form: &str, problems: &[FieldProblem], name: &str) -> Field {
    let typed = Field::holding(typed(request, form));
    match problems
        .iter()
        .find(|problem| problem.field == name || problem.field.starts_with(&format!("{name}[")))
    {
        Some(problem) => {
            let (say, detail) = (request.words(), format!("This {}. {}", problem.problem, problem.fix));
            typed.wrong(match form {
                "email" => say.setup_email_wrong(detail),
                "username" => say.setup_username_wrong(detail),
                "redirect_uri" => say.setup_redirect_uri_wrong("http://localhost:3000/callback", detail),
                _ => say.setup_name_wrong(detail),
            })
        }
        None => typed,
    }
}

async fn make_admin(request: Request, link: Plain<OneTimeLink>) -> Result<Response, Refusal> {
    let (username, email) = (typed(&request, "username").to_owned(), typed(&request, "email").to_owned());
    let password = Secret::new(typed(&request, "password"));
    let host = request.site.public.host.clone();
    let context = [username.as_str(), email.as_str(), typed(&request, "name"), host.as_str()];
    if let Err(weakness) = request.engine().password_rules.check(&password, &context).await? {
        return form(&request, &link, &[], Some(super::weak(request.words(), weakness)));
    }
    let hash = request.engine().passwords.hash(&password).await?;
    let new = users::NewUser {
        username: Some(username.clone()),
        email: Some(email),
        email_verified: false,
        password_hash: Some(hash),
        roles: Vec::new(),
        claims: Map::from_iter([("name".to_owned(), Value::from(typed(&request, "name")))]),
    };
    let desk = Desk::of_request(request.engine(), &request.ctx, Actor::Link);
    let used = Plain::<OneTimeLink>::presented(link.reveal());
    let made =
        apply(&request.engine().db, Mode::Apply, move |conn| links::finish_setup(conn, &desk, &used, new))
            .await;
    match made {
        Ok(_) => sign_in(request, username, password).await,
        Err(AdminError::Store(fault)) => Err(fault.into_refusal()),
        Err(error) => form(&request, &link, &error.problems(), None),
    }
}

async fn sign_in(request: Request, username: String, password: Secret) -> Result<Response, Refusal> {
    let toward = Toward { purpose: Purpose::Setup, ..Toward::default() };
    let attempt = Attempt { username, password, toward };
    let next = login::password(request.engine(), &request.ctx, &request.visitor, attempt).await;
    let signed_in = match next.map_err(Fault::into_refusal)? {
        Next::SignedIn(signed_in) => signed_in,
        Next::Halfway(id) => return Ok(super::factor::to_second_step(&request, &id)),
    };
    let mut response = respond::to_own(&request, APP.path);
    cookies::signed_in(&request.http, &mut response, &signed_in);
    Ok(response)
}

async fn app(request: Request) -> Result<Response, Refusal> {
    let current = request.visitor.current(request.engine()).await.map_err(Fault::into_refusal)?;
    let Some((_, user)) = current.filter(|(_, user)| user.has_role(people::ADMIN)) else {
        return Err(Check::SessionMissing.into());
    };
    if *request.http.method() == Method::POST {
        make_app(request, user).await
    } else {
        app_form(&request, &[])
    }
}

fn app_form(request: &Request, problems: &[FieldProblem]) -> Result<Response, Refusal> {
    let public = typed(request, "kind") == "public";
    let view = SetupApp {
        chrome: request.chrome(),
        csrf: request.csrf(APP.path, None),
        name: field(request, "name", problems, "client_name"),
        redirect_uri: field(request, "redirect_uri", problems, "redirect_uris"),
        kind: if public { Kind::Public } else { Kind::Server },
    };
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}

async fn make_app(request: Request, user: User) -> Result<Response, Refusal> {
    let mut metadata = Metadata::named(typed(&request, "name"));
    let redirect_uri = typed(&request, "redirect_uri").trim();
    metadata.redirect_uris = vec![redirect_uri.to_owned()];
    // Where apps return to after signing out, unless somebody says otherwise.
    metadata.post_logout_redirect_uris =
        env_lines::origin(redirect_uri).map(|origin| format!("{origin}/")).into_iter().collect();
    if typed(&request, "kind") == "public" {
        metadata.token_endpoint_auth_method = AuthMethod::None;
    }
    let desk = Desk::of_request(request.engine(), &request.ctx, Actor::User(user.id.to_string()));
    let new = clients::NewClient { id: None, metadata, secret: None };
    let with = request.engine().clone();
    let saved = apply(&request.engine().db, Mode::Apply, move |conn| {
        let saved = clients::create(conn, &desk, new)?;
        with.clients.refresh(conn)?;
        Ok(saved)
    });
    match saved.await {
        Ok(saved) => done(&request, &saved),
        Err(AdminError::Store(fault)) => Err(fault.into_refusal()),
        Err(error) => app_form(&request, &error.problems()),
    }
}

fn done(request: &Request, saved: &clients::Saved) -> Result<Response, Refusal> {
    let secret = saved.secret.as_ref().map(|secret| secret.reveal().to_owned());
    let issuer = request.engine().policy.issuer.clone();
    let view = SetupDone {
        chrome: request.chrome(),
        app: words(&saved.client.metadata.client_name),
        env: env_lines::rows(&issuer, &saved.client, secret.as_deref()),
        issuer,
        client_id: saved.client.id.to_string(),
        client_secret: secret,
        can_try: request.site.try_client.is_some(),
    };
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}
