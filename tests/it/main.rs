//! The integration tests: one binary, one file per feature or RFC.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable)]
#![allow(clippy::indexing_slicing, clippy::as_conversions, clippy::disallowed_methods)]
#![allow(clippy::too_many_lines, clippy::missing_panics_doc, clippy::disallowed_types)]
#![allow(clippy::unused_self, clippy::items_after_statements, clippy::many_single_char_names)]
#![allow(clippy::cast_precision_loss, clippy::type_complexity, clippy::option_option)]
#![allow(clippy::struct_field_names, clippy::multiple_bound_locations, clippy::ok_expect)]

mod harness;

mod accounts;
mod algs;
mod assertions;
mod authorize;
mod authorize_answers;
mod authorize_redirects;
mod backchannel_logout;
mod begun;
mod bounds;
mod branding;
mod browser_apps;
mod browser_apps_example;
mod browser_flow;
mod claims_parameter;
mod cli;
mod client_auth;
mod client_keys;
mod code;
mod config_golden;
mod conformance;
mod consent;
mod cookies;
mod damage;
mod device;
mod disabled;
mod discovery;
mod double_click;
mod examples;
mod factors;
mod flow;
mod form_post;
mod form_post_browser;
mod front_channel_races;
mod frontchannel_logout;
mod headers;
mod https;
mod introspection;
mod jwt;
mod kill;
mod languages;
mod limits;
mod login;
mod login_time;
mod logout;
mod logs;
mod lost_races;
mod machines;
mod outage;
mod outbox;
mod pages;
mod pairwise;
mod passwords;
mod profiles;
mod prompts;
mod proxy;
mod races;
mod refresh;
mod registration;
mod relying_parties;
mod relying_parties_https;
mod request_objects;
mod resources;
mod response_types;
mod same_id;
mod schema;
mod secrets_at_rest;
mod session_management;
mod setup;
mod standing;
mod startup;
mod stopping;
mod store_suite;
mod surplus;
mod testing;
mod third_party_login;
mod throttle;
mod tidy;
mod tls;
mod token;
mod transactions;
mod unreadable;
mod userinfo;
