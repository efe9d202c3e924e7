//! A person without a pointer: keys go to whatever has the focus.

use super::Browser;
use serde_json::json;

const ENTER: &str = "\u{e007}";
const TAB: &str = "\u{e004}";
/// No page has so many stops.
const STOPS: usize = 40;

impl Browser {
    /// Types on the keyboard; `\t` and `\n` are the keys.
    #[track_caller]
    pub fn keys(&self, text: &str) {
        let keys = text.replace('\n', ENTER).replace('\t', TAB);
        self.run("the keyboard", self.driver().action_chain().send_keys(keys).perform());
    }

    /// Types on the keyboard once the field of this name has the focus, which a page gives it only when it is drawn.
    #[track_caller]
    pub fn keys_in(&self, name: &str, text: &str) {
        self.wait(&format!("the focus in {name}"), || {
            let focus = self.driver().execute("return document.activeElement.name", Vec::new());
            let at = self.runtime.block_on(focus).ok()?;
            (*at.json() == json!(name)).then_some(())
        });
        self.keys(text);
    }

    /// Presses Tab until the button or link with this text has the focus.
    #[track_caller]
    pub fn tab_to(&self, text: &str) {
        for _ in 0..STOPS {
            if self.evaluate("return document.activeElement.textContent.trim()") == json!(text) {
                return;
            }
            self.keys("\t");
        }
        panic!("Tab does not reach {text:?} on {}", self.url());
    }
}
