//! The tables, as Diesel sees them; generated from `migrations/` by hand, held to it by `tests/it/schema.rs`.

mod sign_in;

pub use sign_in::{factors, login_attempts, login_names, passwords, recovery_codes, remembered_browsers};

diesel::table! {
    settings (name) {
        name -> Text,
        value -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        username -> Text,
        email -> Nullable<Text>,
        email_verified -> Bool,
        enabled -> Bool,
        roles -> Text,
        claims -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        digest -> Text,
        user_id -> Text,
        auth_time -> BigInt,
        amr -> Text,
        acr -> Text,
        user_agent -> Text,
        ip -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        remembered -> Bool,
    }
}

diesel::table! {
    clients (id) {
        id -> Text,
        enabled -> Bool,
        metadata -> Text,
        revision -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        unreviewed -> Bool,
    }
}

diesel::table! {
    client_secrets (id) {
        id -> Text,
        client_id -> Text,
        hash -> Text,
        value -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    consents (user_id, client_id) {
        user_id -> Text,
        client_id -> Text,
        scope -> Text,
        resource -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        claims -> Nullable<Text>,
    }
}

diesel::table! {
    authorizations (id) {
        id -> Text,
        browser -> Text,
        client_id -> Text,
        request -> Text,
        stage -> Text,
        session_id -> Nullable<Text>,
        user_id -> Nullable<Text>,
        scope -> Nullable<Text>,
        code_digest -> Nullable<Text>,
        code_expires_at -> Nullable<BigInt>,
        redeemed_at -> Nullable<BigInt>,
        grant_id -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    grants (id) {
        id -> Text,
        client_id -> Text,
        user_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        auth_time -> Nullable<BigInt>,
        amr -> Nullable<Text>,
        acr -> Nullable<Text>,
        scope -> Text,
        resource -> Text,
        nonce -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        last_used_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        ended_by -> Nullable<Text>,
        claims -> Nullable<Text>,
    }
}

diesel::table! {
    refresh_families (id) {
        id -> Text,
        grant_id -> Text,
        generation -> BigInt,
        rotated_at -> BigInt,
        idle_expires_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    access_tokens (digest) {
        digest -> Text,
        grant_id -> Text,
        scope -> Text,
        audience -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    revoked_tokens (jti) {
        jti -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    client_assertions (digest) {
        digest -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        alg -> Text,
        public_jwk -> Text,
        sealed -> Text,
        status -> Text,
        created_at -> BigInt,
        activate_at -> BigInt,
        retired_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    one_time_links (digest) {
        digest -> Text,
        purpose -> Text,
        user_id -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    login_throttles (name) {
        name -> Text,
        failures -> BigInt,
        next_at -> BigInt,
        forget_at -> BigInt,
    }
}

diesel::table! {
    audit_events (id) {
        id -> Text,
        at -> BigInt,
        kind -> Text,
        user_id -> Nullable<Text>,
        client_id -> Nullable<Text>,
        target -> Nullable<Text>,
        actor -> Nullable<Text>,
        trace_id -> Nullable<Text>,
        detail -> Nullable<Text>,
    }
}

diesel::table! {
    flow_traces (id) {
        id -> Text,
        at -> BigInt,
        client_id -> Nullable<Text>,
        route -> Text,
        code -> Text,
        story -> Text,
    }
}

diesel::table! {
    config_revisions (id) {
        id -> Text,
        at -> BigInt,
        actor -> Text,
        kind -> Text,
        target -> Text,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
    }
}

diesel::table! {
    initial_access_tokens (id) {
        id -> Text,
        digest -> Text,
        name -> Text,
        trusted -> Bool,
        uses -> BigInt,
        used -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    device_codes (id) {
        id -> Text,
        client_id -> Text,
        device_digest -> Text,
        user_code -> Text,
        scope -> Text,
        resource -> Text,
        challenge -> Nullable<Text>,
        ip -> Text,
        user_agent -> Text,
        stage -> Text,
        user_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        grant_id -> Nullable<Text>,
        poll_seconds -> BigInt,
        next_poll_at -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        forget_at -> BigInt,
    }
}

diesel::table! {
    client_registrations (client_id) {
        client_id -> Text,
        digest -> Text,
        initial_token -> Nullable<Text>,
        trusted -> Bool,
        created_at -> BigInt,
        withheld -> Nullable<Text>,
    }
}

diesel::table! {
    resources (identifier) {
        identifier -> Text,
        name -> Text,
        scope -> Text,
        access_token_format -> Nullable<Text>,
        access_token_seconds -> Nullable<BigInt>,
        revision -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    device_visits (id) {
        id -> Text,
        device_id -> Text,
        browser -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    device_tries (name) {
        name -> Text,
        tries -> BigInt,
        ends_at -> BigInt,
    }
}

diesel::table! {
    paces (name) {
        name -> Text,
        full_at -> BigInt,
    }
}

diesel::table! {
    failed_accounts (network, account) {
        network -> Text,
        account -> Text,
        forget_at -> BigInt,
    }
}

diesel::table! {
    session_clients (session_id, client_id) {
        session_id -> Text,
        client_id -> Text,
        last_at -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        kind -> Text,
        client_id -> Text,
        payload -> Text,
        jti -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        next_at -> BigInt,
        attempts -> BigInt,
        ended_at -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
        last_error -> Nullable<Text>,
    }
}

diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(grants -> users (user_id));
diesel::joinable!(grants -> clients (client_id));
diesel::joinable!(refresh_families -> grants (grant_id));
diesel::joinable!(access_tokens -> grants (grant_id));
diesel::joinable!(device_visits -> device_codes (device_id));

diesel::allow_tables_to_appear_in_same_query!(
    settings,
    users,
    login_names,
    passwords,
    sessions,
    factors,
    recovery_codes,
    remembered_browsers,
    login_attempts,
    clients,
    client_secrets,
    consents,
    authorizations,
    device_codes,
    device_visits,
    device_tries,
    grants,
    refresh_families,
    access_tokens,
    revoked_tokens,
    client_assertions,
    signing_keys,
    one_time_links,
    login_throttles,
    paces,
    failed_accounts,
    audit_events,
    flow_traces,
    config_revisions,
    initial_access_tokens,
    client_registrations,
    resources,
    session_clients,
    outbox,
);
