//! Why a call has no answer.

use std::error::Error;
use std::fmt;

/// Why there is no answer. For the log and for admins: a stranger who supplied the URL gets one
/// generic error (security row K4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboundError {
    /// The URL itself is not allowed.
    UrlRefused(&'static str),
    /// The name leads to an address that is not public.
    AddressRefused,
    /// The name leads nowhere, or nobody answers there, or not in TLS.
    Unreachable,
    /// Too slow.
    TimedOut,
    /// A redirect was answered; it is not followed.
    Redirected,
    /// The answer is larger than allowed.
    TooLarge,
    /// The answer is compressed, which was not asked for.
    Encoded,
    /// Too many calls are in flight.
    Busy,
    /// The client cannot be made, for example because the machine has no CA certificates.
    NoTls(String),
}

impl fmt::Display for OutboundError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::UrlRefused(why) => why,
            Self::AddressRefused => "the address is not a public one",
            Self::Unreachable => "nobody answers there",
            Self::TimedOut => "the answer took too long",
            Self::Redirected => "a redirect was answered, which is not followed",
            Self::TooLarge => "the answer is too large",
            Self::Encoded => "the answer is compressed, which was not asked for",
            Self::Busy => "too many calls are under way",
            Self::NoTls(why) => why,
        })
    }
}

impl Error for OutboundError {}
