//! The relying party against a provider made of fixed answers.
