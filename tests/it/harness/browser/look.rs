//! A look at the page that is open: as people see it at two widths and in both colour schemes, by axe, and
//! by what Chromium wrote to its console. Also: tabs.

use super::{Browser, repository};
use serde_json::json;
use std::path::PathBuf;
use thirtyfour::error::{WebDriverError, WebDriverErrorInner};
use thirtyfour::{By, WindowHandle};

/// Overflow, and controls that are too small to touch.
const MEASURE: &str = "const faults = [], root = document.documentElement;
if (root.scrollWidth > root.clientWidth) faults.push(`overflow by ${root.scrollWidth - root.clientWidth} px`);
for (const one of document.querySelectorAll('button, .button, select, input:not([type=hidden], [type=radio], [type=checkbox])')) {
  const { width, height } = one.getBoundingClientRect();
  if (one.checkVisibility() && width > 1 && (height < 43.9 || width < 43.9)) faults.push(`${width}x${height}: ${one.outerHTML}`);
}
return faults";

/// What the page knows of its width and scheme.
const SHOWN: &str =
    "return [document.documentElement.clientWidth, matchMedia('(prefers-color-scheme: dark)').matches]";

/// Where the pictures go; not part of the repository.
fn pictures() -> PathBuf {
    repository().join("target/screenshots")
}

impl Browser {
    /// This tab's size, colour scheme and motion as the options say.
    #[track_caller]
    pub(super) fn emulate(&self) {
        self.resize(self.options.width);
        self.scheme(if self.options.dark { "dark" } else { "light" });
    }

    /// Prefers a colour scheme from now on, and no motion: what is measured would be half way between two colours.
    #[track_caller]
    pub fn scheme(&self, scheme: &str) {
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.devtools("Emulation.setEmulatedMedia", &features);
    }

    /// Holds the page to axe, to its own policy, and to no overflow, at 1280 and 390 px, light and dark.
    /// With `LATCHKEY_TEST_LONG=1` it also writes pictures, `target/screenshots/<name>-<scheme>-<width>.png`.
    #[track_caller]
    pub fn look(&self, name: &str) {
        self.quiet(name);
        let long = std::env::var_os("LATCHKEY_TEST_LONG").is_some();
        for (scheme, width) in [("light", 390), ("dark", 390), ("dark", 1280), ("light", 1280)] {
            self.resize(width);
            self.scheme(scheme);
            self.wait(&format!("{name} to be {width} px wide, {scheme}"), || {
                (self.evaluate(SHOWN) == json!([width, scheme == "dark"])).then_some(())
            });
            // Contrast depends on the scheme and layout on the width: the diagonal sees both.
            if long || (scheme == "dark") == (width == 390) {
                let found = self.axe();
                assert!(found.is_empty(), "{name} at {width} px, {scheme}: {found:#?}");
                let faults = self.evaluate(MEASURE);
                assert_eq!(faults, json!([]), "{name} at {width} px, {scheme}");
            }
            if long {
                self.screenshot(&pictures().join(format!("{name}-{scheme}-{width}.png")));
            }
        }
        self.quiet(name);
    }

    /// Fails when Chromium has complained since the last time: of the content security policy, of a script,
    /// of a file that is not there. That a page was an error page is no complaint.
    #[track_caller]
    pub fn quiet(&self, name: &str) {
        let complaints: Vec<String> = self
            .run("the console", self.driver().browser_log())
            .into_iter()
            .filter(|entry| ["SEVERE", "WARNING"].contains(&entry.level.as_str()))
            .map(|entry| entry.message)
            .filter(|message| !is_status_of_page(message))
            .collect();
        assert!(complaints.is_empty(), "{name}: {complaints:#?}");
    }

    /// Waits until a CSS selector finds so many elements.
    #[track_caller]
    pub fn wait_count(&self, css: &str, count: usize) {
        self.wait(&format!("{count} of {css}"), || {
            let found = self.runtime.block_on(self.driver().find_all(By::Css(css))).ok()?;
            (found.len() == count).then_some(())
        });
    }

    /// Waits until the page shows one of two texts: whether it is the first.
    #[track_caller]
    pub fn wait_either(&self, first: &str, second: &str) -> bool {
        self.wait(&format!("the text {first:?} or {second:?}"), || {
            let text = self.text_or_nothing();
            (text.contains(first) || text.contains(second)).then(|| text.contains(first))
        })
    }

    /// Opens a tab and goes there; the one before is what [`Browser::tab`] takes.
    #[track_caller]
    pub fn open_tab(&self, url: &str) -> WindowHandle {
        let handle = self.run("new tab", async {
            let handle = self.driver().new_tab().await?;
            self.driver().switch_to_window(handle.clone()).await?;
            Ok(handle)
        });
        self.emulate();
        self.goto(url);
        handle
    }

    /// The tab in front.
    #[track_caller]
    pub fn this_tab(&self) -> WindowHandle {
        self.run("this tab", self.driver().window())
    }

    /// Brings a tab to the front.
    #[track_caller]
    pub fn tab(&self, handle: &WindowHandle) {
        self.run("tab", self.driver().switch_to_window(handle.clone()));
        self.devtools("Page.bringToFront", &json!({}));
    }
}

/// "Failed to load resource: the server responded with a status of 400" about an address without a file name.
fn is_status_of_page(message: &str) -> bool {
    message.contains("the server responded with a status of") && !message.contains("/static/")
}

/// Whether the page was still on its way, so that nothing was clicked or typed.
pub(super) fn is_before_the_act(error: &WebDriverError) -> bool {
    matches!(
        error.as_inner(),
        WebDriverErrorInner::NoSuchElement(_)
            | WebDriverErrorInner::StaleElementReference(_)
            | WebDriverErrorInner::ElementNotInteractable(_)
            | WebDriverErrorInner::ElementClickIntercepted(_)
    )
}
