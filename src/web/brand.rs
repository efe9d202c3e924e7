//! How this server, and an app, look on pages: a style sheet of a few custom properties and a picture, both
//! of our own origin.

use super::request::{Request, Response};
use super::respond::Class;
use super::routes::{Cors, Guard, Route, answer};
use super::views::assets::digest;
use super::views::text::Href;
use crate::base::colour::{Accent, Colour, Grounds, accent};
use crate::base::picture::Picture;
use crate::config::Brand as Settings;
use crate::domain::client::Client;
use crate::protocol::params;
use crate::protocol::refusal::{Check, Refusal};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::http::{Method, StatusCode};

/// What pages stand on, as in `static/latchkey.css`: `--bg`, `--surface`, `--raised`.
const LIGHT: [Colour; 3] = [Colour::rgb(0xf6, 0xf5, 0xf2), Colour::WHITE, Colour::rgb(0xef, 0xee, 0xea)];
const DARK: [Colour; 3] =
    [Colour::rgb(0x13, 0x13, 0x12), Colour::rgb(0x1d, 0x1c, 0x1b), Colour::rgb(0x28, 0x26, 0x24)];

/// `/static/brand.css`
pub static STYLE: Route = Route {
    path: "/static/brand.css",
    methods: &[Method::GET, Method::HEAD],
    class: Class::Json,
    cors: Cors::None,
    guard: Guard::None,
    metadata: None,
    handler: |request| answer(std::future::ready(Ok::<_, Refusal>(style(&request)))),
};

/// `/static/logo`
pub static LOGO: Route = Route {
    path: "/static/logo",
    methods: &[Method::GET, Method::HEAD],
    class: Class::Json,
    cors: Cors::None,
    guard: Guard::None,
    metadata: None,
    handler: |request| answer(std::future::ready(logo(&request))),
};

/// A picture with what its address carries: made once, for every page names it.
#[derive(Clone)]
struct Logo {
    picture: Picture,
    version: String,
}

/// How this server looks.
#[derive(Clone)]
pub struct Brand {
    /// What it is called.
    pub name: String,
    /// The picture before its name.
    logo: Option<Logo>,
    /// Its colour.
    pub accent: Option<Colour>,
    /// Where its privacy policy is.
    pub privacy: Option<Href>,
    /// Where its terms are.
    pub terms: Option<Href>,
    /// Where people get help.
    pub help: Option<Href>,
}

impl Brand {
    /// From the configuration, with the picture that was read.
    pub fn new(settings: &Settings, logo: Option<Picture>) -> Self {
        let link = |url: &Option<String>| url.clone().map(Href::own);
        Self {
            name: settings.name.clone(),
            logo: logo.map(|picture| Logo { version: digest(&picture.bytes), picture }),
            accent: settings.accent,
            privacy: link(&settings.privacy_url),
            terms: link(&settings.terms_url),
            help: link(&settings.help_url),
        }
    }

    /// The address of the picture below the issuer.
    pub fn logo_path(&self) -> Option<String> {
        let version = &self.logo.as_ref()?.version;
        Some(format!("{}?v={version}", LOGO.path))
    }

    /// The address of the style sheet below the issuer, if there is anything to say; on an app's pages the
    /// app's accent counts.
    pub fn style_path(&self, client: Option<&Client>) -> Option<String> {
        let of_app = client.and_then(accent_of);
        let named = client.filter(|_| of_app.is_some()).map(|client| client.id.as_str());
        let version = style_version(of_app.or(self.accent)?);
        let about = named.map(|id| params::encode([("c", id)]) + "&");
        Some(format!("{}?{}v={version}", STYLE.path, about.unwrap_or_default()))
    }
}

/// An app's own colour; that of an app that nobody here looked at does not count.
fn accent_of(client: &Client) -> Option<Colour> {
    let colour = client.metadata.accent_color.as_deref().filter(|_| !client.unreviewed)?;
    Colour::parse(colour)
}

/// What a style sheet depends on: the colour, and the program that makes it readable. Pages name it, so it is
/// cheaper than the style sheet itself.
fn style_version(colour: Colour) -> String {
    format!("{}-{}", env!("CARGO_PKG_VERSION"), colour.to_string().trim_start_matches('#'))
}

/// The style sheet of a colour: the custom properties of `static/latchkey.css` for both schemes.
pub fn css(colour: Colour) -> String {
    let rule = |Accent { accent, on_accent, soft }| {
        format!(":root{{--accent:{accent};--on-accent:{on_accent};--soft:{soft}}}")
    };
    let light = rule(accent(colour, Grounds { grounds: &LIGHT, dark: false }));
    let dark = rule(accent(colour, Grounds { grounds: &DARK, dark: true }));
    format!("{light}@media (prefers-color-scheme:dark){{{dark}}}")
}

fn style(request: &Request) -> Response {
    let named = request.query.get("c").and_then(|id| request.engine().clients.get(id));
    let colour = named.and_then(|client| accent_of(&client)).or(request.site.brand.accent);
    let version = colour.map(style_version).unwrap_or_default();
    serve(request, &version, (colour.map(css).unwrap_or_default().into_bytes(), "text/css; charset=utf-8"))
}

fn logo(request: &Request) -> Result<Response, Refusal> {
    let Some(Logo { picture, version }) = &request.site.brand.logo else {
        return Err(Check::PathUnknown.into());
    };
    Ok(serve(request, version, (picture.bytes.clone(), picture.media_type)))
}

/// For good where the address carries the version of what is there.
fn serve(request: &Request, version: &str, (bytes, media_type): (Vec<u8>, &'static str)) -> Response {
    let fresh = request.query.get("v") == Some(version);
    let cache = if fresh { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    let mut response = Response::with_body(StatusCode::OK, actix_web::body::BoxBody::new(bytes));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

#[cfg(test)]
mod tests {
    use super::{DARK, LIGHT};
    use crate::web::views::assets;

    #[test]
    fn accents_are_made_for_the_grounds_of_the_style_sheet() {
        let css = assets::STYLE.body;
        let (light, dark) = css.split_once("prefers-color-scheme: dark").unwrap();
        for (scheme, grounds) in [(light, LIGHT), (dark, DARK)] {
            for (name, ground) in ["--bg", "--surface", "--raised"].iter().zip(grounds) {
                let long = format!("{name}: {ground};");
                let short = format!("{name}: #fff;");
                let is_white = ground.to_string() == "#ffffff";
                assert!(scheme.contains(&long) || is_white && scheme.contains(&short), "{long}");
            }
        }
    }
}
