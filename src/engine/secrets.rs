//! secrets
#[derive(Clone)] pub struct Passwords;
