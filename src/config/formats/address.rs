//! Addresses to listen on and networks to trust.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::{Fix, Format, Refused, Shape, list_items};

/// An IP address with a port.
pub(in crate::config) struct Listen {
    /// Used where a value names an address but no port.
    pub(in crate::config) port: u16,
}

impl Format for Listen {
    type Value = SocketAddr;

    fn allowed(&self) -> String {
        format!("an IP address and a port, as in 127.0.0.1:{0}, 0.0.0.0:{0} or [::]:{0}", self.port)
    }

    fn parse(&self, text: &str) -> Result<SocketAddr, Refused> {
        let text = text.trim();
        text.parse().map_err(|_| self.refuse(text))
    }
}

impl Listen {
    fn refuse(&self, text: &str) -> Refused {
        if text.is_empty() {
            return Refused::new("empty, but needs an address", Fix::Default);
        }
        let bare = text.split_once("://").map_or(text, |(_, rest)| rest).trim_end_matches('/');
        if let Ok(ip) = bare.trim_matches(['[', ']']).parse::<IpAddr>() {
            let with_port = SocketAddr::new(ip, self.port).to_string();
            return Refused::new("names no port", Fix::Value(with_port));
        }
        if let Ok(port) = bare.trim_start_matches(':').parse::<u16>() {
            return Refused::new("names a port but no address", Fix::Value(format!("127.0.0.1:{port}")));
        }
        if let Ok(address) = bare.parse::<SocketAddr>() {
            return Refused::new("an address, not a URL, is needed", Fix::Value(address.to_string()));
        }
        match bare.rsplit_once(':').map(|(host, port)| (host, port.parse::<u16>())) {
            Some(("localhost", Ok(port))) => {
                Refused::new("a name, but needs an IP address", Fix::Value(format!("127.0.0.1:{port}")))
            }
            Some((_, Ok(_))) if bare.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                Refused::new("a name, but needs an IP address; names are not looked up", Fix::Default)
            }
            Some(("*", Ok(port))) => {
                Refused::new("\"*\" is no IP address", Fix::Value(format!("0.0.0.0:{port}")))
            }
            Some((host, Err(_))) if host.parse::<IpAddr>().is_ok() => Refused::new(
                "the port is not a number from 0 to 65535",
                Fix::Value(format!("{host}:{}", self.port)),
            ),
            _ => Refused::new("not an IP address with a port", Fix::Default),
        }
    }
}

/// An address to listen on, or none.
pub(in crate::config) struct OptionalListen(pub(in crate::config) Listen);

impl Format for OptionalListen {
    type Value = Option<SocketAddr>;

    fn allowed(&self) -> String {
        format!("{}; off = do not listen", self.0.allowed())
    }

    fn parse(&self, text: &str) -> Result<Self::Value, Refused> {
        if text.trim().is_empty() || text.trim().eq_ignore_ascii_case("off") {
            return Ok(None);
        }
        if ["false", "no", "none", "disabled"].iter().any(|word| text.trim().eq_ignore_ascii_case(word)) {
            return Err(Refused::new("not an address", Fix::Value("off".into())));
        }
        self.0.parse(text).map(Some)
    }
}

/// A list of IP addresses and networks.
pub(in crate::config) struct Networks;

impl Format for Networks {
    type Value = Vec<IpNet>;
    const SHAPE: Shape = Shape::List;

    fn allowed(&self) -> String {
        "IP addresses and networks, as in 10.0.0.5 or 10.0.0.0/8".to_owned()
    }

    fn parse(&self, text: &str) -> Result<Self::Value, Refused> {
        list_items(text).map(network).collect()
    }

    fn parse_items(&self, items: &[&str]) -> Result<Self::Value, Vec<(usize, Refused)>> {
        let mut networks = Vec::new();
        let mut refused = Vec::new();
        for (position, item) in items.iter().enumerate() {
            match network(item) {
                Ok(network) => networks.push(network),
                Err(why) => refused.push((position, why)),
            }
        }
        if refused.is_empty() { Ok(networks) } else { Err(refused) }
    }
}

fn network(text: &str) -> Result<IpNet, Refused> {
    let text = text.trim();
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(ip));
    }
    let network: IpNet = text.parse().map_err(|_| {
        let ip = text.split(['/', ':']).next().filter(|ip| ip.parse::<IpAddr>().is_ok());
        match ip {
            Some(ip) => {
                Refused::new("not an IP network", Fix::Words(format!("write {ip} or a network around it")))
            }
            None => Refused::new(
                "not an IP address or network; names are not looked up",
                Fix::Words("write the proxy's IP address, or the network it is in".into()),
            ),
        }
    })?;
    // 10.1.2.3/8 almost always means one of two different things; ask which.
    if network.trunc() != network {
        let fix = Fix::Words(format!(
            "write {} for the network or {} for the one address",
            network.trunc(),
            network.addr()
        ));
        return Err(Refused::new("the address is not the start of the network", fix));
    }
    Ok(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_name_the_right_address() {
        let listen = Listen { port: 8617 };
        for (given, fix) in [
            ("9000", "127.0.0.1:9000"),
            (":9000", "127.0.0.1:9000"),
            ("0.0.0.0", "0.0.0.0:8617"),
            ("::1", "[::1]:8617"),
            ("localhost:80", "127.0.0.1:80"),
            ("*:80", "0.0.0.0:80"),
            ("http://127.0.0.1:80/", "127.0.0.1:80"),
            ("127.0.0.1:99999", "127.0.0.1:8617"),
        ] {
            let refused = listen.parse(given).err().map(|refused| refused.fix);
            assert_eq!(refused, Some(Fix::Value(fix.into())), "{given}");
        }
    }

    #[test]
    fn networks() {
        let networks = Networks.parse("10.0.0.0/8, ::1,192.0.2.7").ok();
        let shown = networks.map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(shown, Some(vec!["10.0.0.0/8".into(), "::1/128".into(), "192.0.2.7/32".into()]));
        for bad in ["nginx", "10.0.0.0/33", "10.1.2.3/8", "*", "10.0.0.1:80"] {
            assert!(Networks.parse(bad).is_err(), "{bad}");
        }
    }
}
