//! The flight recorder: which checks a request passed, and at which it failed, under its trace id.

use crate::base::id::TraceId;
use crate::protocol::refusal::{Check, Refusal};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::{Arc, Mutex};

/// One check of a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    /// The check's name.
    pub check: Cow<'static, str>,
    /// Whether it passed.
    pub passed: bool,
    /// What would have passed, where it did not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// What came, never a secret.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub received: String,
}

/// The story of one request; cheap to clone, shared by all that work on it.
#[derive(Clone)]
pub struct Trace {
    id: TraceId,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    client_id: Option<String>,
    steps: Vec<Step>,
}

/// The most steps a story keeps.
const MOST: usize = 64;

impl Trace {
    /// An empty story.
    pub fn new(id: TraceId) -> Self {
        Self { id, inner: Arc::default() }
    }

    /// Its id: on pages, in headers, in the log.
    pub fn id(&self) -> &TraceId {
        &self.id
    }

    /// The request is this client's.
    pub fn client(&self, id: &str) {
        self.with(|inner| inner.client_id = Some(id.to_owned()));
    }

    /// This check passed.
    pub fn passed(&self, check: Check) {
        self.with(|inner| {
            if inner.steps.len() < MOST {
                inner.steps.push(Step {
                    check: check.row().name.into(),
                    passed: true,
                    expected: String::new(),
                    received: String::new(),
                });
            }
        });
    }

    /// This check failed.
    pub fn failed(&self, refusal: &Refusal) {
        let detail = refusal.detail.as_deref().cloned().unwrap_or_default();
        self.with(|inner| {
            inner.steps.push(Step {
                check: refusal.row().name.into(),
                passed: false,
                expected: detail.expected,
                received: detail.received,
            });
        });
    }

    /// The client, if one is known by now.
    pub fn client_id(&self) -> Option<String> {
        self.inner.lock().ok().and_then(|inner| inner.client_id.clone())
    }

    /// The steps so far.
    pub fn steps(&self) -> Vec<Step> {
        self.inner.lock().map(|inner| inner.steps.clone()).unwrap_or_default()
    }

    fn with(&self, change: impl FnOnce(&mut Inner)) {
        if let Ok(mut inner) = self.inner.lock() {
            change(&mut inner);
        }
    }
}
