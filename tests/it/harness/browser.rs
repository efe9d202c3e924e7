//! Chromium, driven through chromedriver. The methods are synchronous: a browser belongs to a plain `#[test]`.

use super::child::{Guarded, PATIENCE, Start, free_port};
use super::node::repository;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities as _;
use thirtyfour::error::{WebDriverError, WebDriverResult};
use thirtyfour::{By, ChromiumCapabilities, Cookie, WebDriver, WebElement};
use tokio::runtime::{Builder, Runtime};

/// How long one WebDriver command may take.
const COMMAND_LIMIT: Duration = Duration::from_secs(240);

const ARGUMENTS: [&str; 14] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    // A tab behind another is as quick as the one in front.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
];

/// How a browser is set up.
#[derive(Clone, Copy)]
pub struct Options {
    pub javascript: bool,
    pub dark: bool,
    /// CSS pixels; below 600 the page is told that it is on a phone.
    pub width: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { javascript: true, dark: false, width: 1280 }
    }
}

/// What axe found wrong on a page.
#[derive(Debug)]
pub struct Violation {
    pub rule: String,
    pub impact: String,
    pub help: String,
    /// Selectors of the elements.
    pub targets: Vec<String>,
}

/// One browser with a fresh profile; dropping it closes it.
pub struct Browser {
    runtime: Runtime,
    driver: Option<WebDriver>,
    options: Options,
    _profile: tempfile::TempDir,
}

/// This process's chromedriver.
struct Driver {
    url: String,
    /// Everything the browsers write; removed when the tests end, however they do.
    scratch: PathBuf,
    _child: Guarded,
}

fn chromedriver() -> &'static Driver {
    static DRIVER: OnceLock<Driver> = OnceLock::new();
    DRIVER.get_or_init(|| {
        let port = free_port();
        let scratch = tempfile::Builder::new().prefix("lk-web-").tempdir().expect("a directory").keep();
        let child = Guarded::start(Start {
            program: &installed("chromedriver", "LATCHKEY_TEST_CHROMEDRIVER"),
            arguments: vec![format!("--port={port}").into()],
            // Chromium writes beside its profile too.
            environment: ["TMPDIR", "HOME"]
                .map(|name| (name.to_owned(), scratch.display().to_string()))
                .to_vec(),
            directory: Path::new("/"),
            signal: "TERM",
            log: scratch.join("log"),
            remove: Some(scratch.clone()),
        });
        child.wait_for_port(port);
        Driver { url: format!("http://127.0.0.1:{port}"), scratch, _child: child }
    })
}

fn installed(program: &str, variable: &str) -> PathBuf {
    let chosen = std::env::var_os(variable).map(PathBuf::from);
    let found = chosen.or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.exists())
    });
    found.unwrap_or_else(|| panic!("{program} is not installed: run tests/run once, or set {variable}"))
}

/// Where Chromium is.
pub fn chromium() -> PathBuf {
    installed("chromium", "LATCHKEY_TEST_CHROMIUM")
}

fn capabilities(options: Options, profile: &Path) -> WebDriverResult<ChromiumCapabilities> {
    let mut capabilities = ChromiumCapabilities::new();
    // chromedriver of Debian takes this name too, and thirtyfour's "chromium" is refused by others.
    capabilities.as_mut().set("browserName", "chrome")?;
    capabilities.set_binary(&chromium().display().to_string())?;
    for argument in ARGUMENTS {
        capabilities.add_arg(argument)?;
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    let trusted = super::tls::authority().spki();
    capabilities.add_arg(&format!("--ignore-certificate-errors-spki-list={trusted}"))?;
    capabilities.as_mut().set("goog:loggingPrefs", json!({ "browser": "ALL" }))?;
    if !options.javascript {
        let preferences = json!({ "profile.managed_default_content_settings.javascript": 2 });
        capabilities.add_experimental_option("prefs", preferences)?;
    }
    Ok(capabilities)
}

impl Browser {
    pub fn new(options: Options) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let profile = tempfile::tempdir_in(&chromedriver().scratch).expect("a directory");
        let driver = runtime
            .block_on(async {
                let capabilities = capabilities(options, profile.path())?;
                let driver = WebDriver::builder(&chromedriver().url, capabilities)
                    .request_timeout(COMMAND_LIMIT)
                    .connect()
                    .await?;
                driver.set_page_load_timeout(COMMAND_LIMIT / 2).await?;
                Ok::<_, WebDriverError>(driver)
            })
            .unwrap_or_else(|e| panic!("cannot start Chromium: {e}"));
        let browser = Self { runtime, driver: Some(driver), options, _profile: profile };
        browser.emulate();
        browser
    }

    fn driver(&self) -> &WebDriver {
        self.driver.as_ref().expect("the browser is open")
    }

    /// Runs one command; a failure says where the browser was.
    #[track_caller]
    fn run<T>(&self, what: &str, command: impl Future<Output = WebDriverResult<T>>) -> T {
        match self.runtime.block_on(command) {
            Ok(value) => value,
            Err(error) => {
                let url = self.runtime.block_on(self.driver().current_url());
                panic!("{what}: {error}\non {url:?}\n{}", self.text_or_nothing())
            }
        }
    }

    fn text_or_nothing(&self) -> String {
        let text = async { self.driver().find(By::Tag("body")).await?.text().await };
        self.runtime.block_on(text).unwrap_or_default()
    }

    /// Sends a command of the Chrome DevTools protocol.
    #[track_caller]
    pub fn devtools(&self, method: &str, parameters: &Value) -> Value {
        self.run(method, self.driver().cdp().send_raw(method, parameters))
    }

    /// Sets the width in CSS pixels.
    #[track_caller]
    pub fn resize(&self, width: u32) {
        let height = if width < 600 { 844 } else { 900 };
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics);
    }

    #[track_caller]
    pub fn goto(&self, url: &str) {
        self.run(url, self.driver().goto(url));
    }

    #[track_caller]
    pub fn back(&self) {
        self.run("back", self.driver().back());
    }

    #[track_caller]
    pub fn reload(&self) {
        self.run("reload", self.driver().refresh());
    }

    #[track_caller]
    pub fn url(&self) -> String {
        self.run("url", self.driver().current_url()).to_string()
    }

    #[track_caller]
    pub fn title(&self) -> String {
        self.run("title", self.driver().title())
    }

    /// The visible text of the page.
    #[track_caller]
    pub fn text(&self) -> String {
        self.text_of("body")
    }

    /// The HTML of the page as it stands.
    #[track_caller]
    pub fn source(&self) -> String {
        self.run("source", self.driver().source())
    }

    /// Acts on the first element that `by` finds, as soon as there is one that can be acted on. While the page
    /// is on its way it may be of the page before: then nothing was done, and it is looked for again.
    #[track_caller]
    fn on<T>(&self, by: &By, act: impl AsyncFn(WebElement) -> WebDriverResult<T>) -> T {
        let acted = async || act(self.driver().find(by.clone()).await?).await;
        let outcome = self.wait(&format!("an element {by:?} to act on"), || {
            let outcome = self.runtime.block_on(acted());
            if outcome.as_ref().is_err_and(look::is_before_the_act) { None } else { Some(outcome) }
        });
        self.run(&format!("{by:?}"), std::future::ready(outcome))
    }

    /// How many elements a CSS selector finds.
    #[track_caller]
    pub fn count(&self, css: &str) -> usize {
        self.run(css, self.driver().find_all(By::Css(css))).len()
    }

    /// An attribute of the first element for a CSS selector.
    #[track_caller]
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        self.on(&By::Css(css), async |element| element.attr(name).await)
    }

    /// The visible text of the first element for a CSS selector.
    #[track_caller]
    pub fn text_of(&self, css: &str) -> String {
        self.on(&By::Css(css), async |element| element.text().await)
    }

    /// Types into the field of this name, replacing what is there.
    #[track_caller]
    pub fn fill(&self, name: &str, value: &str) {
        self.on(&By::Css(format!("[name=\"{name}\"]")), async |field| {
            field.clear().await?;
            field.send_keys(value).await
        });
    }

    /// Clicks the first element for a CSS selector.
    #[track_caller]
    pub fn click(&self, css: &str) {
        self.on(&By::Css(css), async |element| element.click().await);
    }

    /// Clicks the link or button with this text.
    #[track_caller]
    pub fn click_text(&self, text: &str) {
        assert!(!text.contains('"'), "no quotation marks in {text}");
        let path = format!(
            "//*[(self::a or self::button or self::summary) and normalize-space(.)=\"{text}\"] \
             | //input[@type=\"submit\" and @value=\"{text}\"]"
        );
        self.on(&By::XPath(path), async |element| element.click().await);
    }

    /// Clicks the page's first submit button.
    #[track_caller]
    pub fn submit(&self) {
        self.click("form button:not([type=\"button\"]):not([type=\"reset\"]), form input[type=\"submit\"]");
    }

    /// Waits until the address begins so, and returns it.
    #[track_caller]
    pub fn wait_url(&self, prefix: &str) -> String {
        self.wait(&format!("the address to begin with {prefix}"), || {
            let url = self.runtime.block_on(self.driver().current_url()).ok()?.to_string();
            url.starts_with(prefix).then_some(url)
        })
    }

    /// Waits until the page shows this text.
    #[track_caller]
    pub fn wait_text(&self, text: &str) {
        self.wait(&format!("the text {text:?}"), || self.text_or_nothing().contains(text).then_some(()));
    }

    #[track_caller]
    fn wait<T>(&self, what: &str, condition: impl Fn() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(value) = condition() {
                return value;
            }
            let text = self.text_or_nothing();
            assert!(
                started.elapsed() < PATIENCE,
                "waited {PATIENCE:?} for {what}\non {}\n{text}",
                self.url()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Runs a function body in the page and returns what it returns; also without JavaScript in pages.
    #[track_caller]
    pub fn evaluate(&self, body: &str) -> Value {
        self.run(body, self.driver().execute(body, Vec::new())).json().clone()
    }

    /// The cookies that the current page gets, `HttpOnly` ones too.
    #[track_caller]
    pub fn cookies(&self) -> Vec<Cookie> {
        self.run("cookies", self.driver().get_all_cookies())
    }

    /// Ends every session that rests on a cookie, here and at other sites.
    #[track_caller]
    pub fn clear_cookies(&self) {
        self.devtools("Network.clearBrowserCookies", &json!({}));
    }

    /// Writes the whole page, not only what is in view, as PNG.
    #[track_caller]
    pub fn screenshot(&self, path: &Path) {
        let shot = self.devtools("Page.captureScreenshot", &json!({ "captureBeyondViewport": true }));
        let data = shot["data"].as_str().expect("a picture");
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, data).expect("base64");
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        }
        std::fs::write(path, bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }

    /// Runs axe (WCAG A and AA and best practices) over the page. Needs JavaScript.
    #[track_caller]
    pub fn axe(&self) -> Vec<Violation> {
        assert!(self.options.javascript, "axe needs JavaScript");
        let script = repository().join("tests/pages/node_modules/axe-core/axe.min.js");
        let source = std::fs::read_to_string(&script)
            .unwrap_or_else(|e| panic!("{}: {e}; run tests/run once", script.display()));
        self.run("loading axe", self.driver().execute(source, Vec::new()));
        let call = "const done = arguments[arguments.length - 1]; axe.run(document).then(done, e => done(String(e)))";
        let result = self.run("axe", self.driver().execute_async(call, Vec::new())).json().clone();
        let violations = result["violations"].as_array().unwrap_or_else(|| panic!("axe: {result}"));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let found = violations.iter().map(|violation| Violation {
            rule: text(&violation["id"]),
            impact: text(&violation["impact"]),
            help: text(&violation["help"]),
            targets: violation["nodes"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|node| node["target"].to_string())
                .collect(),
        });
        found.collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            let quit = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, driver.quit()).await });
            if !matches!(quit, Ok(Ok(()))) {
                eprintln!("Chromium was not closed in order: {quit:?}");
            }
        }
    }
}

mod keyboard;
mod look;

#[cfg(test)]
mod tests;
