//! Networks as limits count them: what a home or office has one of.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// An IPv4 address, or an IPv6 /64; beside these the /48 around one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Network {
    /// One address.
    V4(Ipv4Addr),
    /// The first 64 bits.
    V6(u128),
    /// The first 48 bits: a whole site.
    V6Site(u128),
}

impl Network {
    /// A site (a /48, the largest that one customer is commonly given) may do as much as so many of its networks.
    pub const SITE: u32 = 8;

    /// The IPv6 site that this network lies in.
    pub fn site(self) -> Option<Self> {
        match self {
            Self::V6(prefix) => Some(Self::V6Site(prefix >> 16)),
            Self::V4(_) | Self::V6Site(_) => None,
        }
    }
}

impl From<IpAddr> for Network {
    fn from(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(v4) => Self::V4(v4),
            IpAddr::V6(v6) => Self::V6(v6.to_bits() >> 64),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(v4) => v4.fmt(f),
            Self::V6(prefix) => write!(f, "{prefix:016x}/64"),
            Self::V6Site(prefix) => write!(f, "{prefix:012x}/48"),
        }
    }
}
