//! The tables of what people sign in with, and of sign-ins that are half done.

diesel::table! {
    login_names (name) {
        name -> Text,
        user_id -> Text,
    }
}

diesel::table! {
    passwords (user_id) {
        user_id -> Text,
        hash -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    factors (id) {
        id -> Text,
        user_id -> Text,
        kind -> Text,
        name -> Text,
        sealed -> Text,
        last_step -> BigInt,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    recovery_codes (digest) {
        digest -> Text,
        user_id -> Text,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    remembered_browsers (id) {
        id -> Text,
        digest -> Text,
        user_id -> Text,
        user_agent -> Text,
        ip -> Text,
        created_at -> BigInt,
        last_used_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    login_attempts (id) {
        id -> Text,
        browser -> Text,
        stage -> Text,
        user_id -> Text,
        session_id -> Nullable<Text>,
        amr -> Text,
        authorization_id -> Nullable<Text>,
        visit_id -> Nullable<Text>,
        switching -> Bool,
        purpose -> Text,
        failures -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}
