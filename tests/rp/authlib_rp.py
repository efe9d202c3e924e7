"""A relying party on Authlib, driven by lines of JSON (see README.md)."""

import json
import os
import sys
from urllib.parse import parse_qs, urlsplit

# An issuer over http is one on loopback; Authlib refuses that unless told.
if os.environ["ISSUER"].startswith("http:"):
    os.environ.setdefault("AUTHLIB_INSECURE_TRANSPORT", "1")

import jwt  # noqa: E402
from authlib.integrations.base_client import BaseApp, FrameworkIntegration, OAuth2Mixin, OAuthError, OpenIDMixin  # noqa: E402
from authlib.integrations.requests_client import OAuth2Session  # noqa: E402

ISSUER = os.environ["ISSUER"]
CLIENT_ID = os.environ["CLIENT_ID"]
CLIENT_SECRET = os.environ.get("CLIENT_SECRET")
REDIRECT_URI = os.environ.get("REDIRECT_URI")
AUDIENCE = os.environ.get("AUDIENCE") or ISSUER
ALG = os.environ.get("ALG") or "RS256"
TIMEOUT_SECONDS = 20


class App(OAuth2Mixin, OpenIDMixin, BaseApp):
    """The client that Authlib's Flask and Starlette integrations are made of, without a web framework around it."""

    client_cls = OAuth2Session


class Framework(FrameworkIntegration):
    def update_token(self, token, refresh_token=None, access_token=None):
        """Nothing to store: the tokens live as long as the script."""


class RelyingParty:
    def __init__(self):
        method = os.environ.get("AUTH_METHOD") or ("client_secret_basic" if CLIENT_SECRET else "none")
        self.app = App(
            Framework("latchkey"),
            name="latchkey",
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            server_metadata_url=ISSUER.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={
                "scope": os.environ.get("SCOPE") or "openid profile email offline_access",
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": method,
                "revocation_endpoint_auth_method": method,  # for revocation and introspection; not taken from above
                "timeout": TIMEOUT_SECONDS,
            },
        )
        self.browser_session = {}
        self.tokens = {}

    def discover(self, _):
        metadata = self.app.load_server_metadata()
        if metadata["issuer"] != ISSUER:
            raise ValueError(f"issuer is {metadata['issuer']}")
        return {"metadata": metadata}

    def start(self, command):
        data = self.app.create_authorization_url(REDIRECT_URI, **command.get("params", {}))
        self.app.framework.set_state_data(self.browser_session, data["state"], {"redirect_uri": REDIRECT_URI, **data})
        return {"url": data["url"], "state": data["state"], "nonce": data["nonce"]}

    def callback(self, command):
        answer = {name: values[0] for name, values in parse_qs(urlsplit(command["url"]).query).items()}
        if "error" in answer:
            raise OAuthError(answer["error"], answer.get("error_description"))
        state_data = self.app.framework.get_state_data(self.browser_session, answer.get("state"))
        self.app.framework.clear_state_data(self.browser_session, answer.get("state"))
        params = self.app._format_state_params(state_data, {"code": answer.get("code"), "state": answer.get("state")})
        self.tokens = self.app.fetch_access_token(**params)
        claims = self.app.parse_id_token(self.tokens, nonce=state_data["nonce"])
        return {"tokens": self.tokens, "claims": claims}

    def verify(self, command):
        token = command.get("token") or self.tokens["access_token"]
        keys = jwt.PyJWKClient(self.app.load_server_metadata()["jwks_uri"], timeout=TIMEOUT_SECONDS)
        decoded = jwt.decode_complete(
            token,
            keys.get_signing_key_from_jwt(token).key,
            algorithms=[ALG],
            issuer=ISSUER,
            audience=AUDIENCE,
            options={"require": ["iss", "aud", "exp", "iat", "sub", "jti", "client_id"]},
        )
        if decoded["header"].get("typ", "").lower() not in ("at+jwt", "application/at+jwt"):
            raise ValueError(f"typ is {decoded['header'].get('typ')}")
        return {"header": decoded["header"], "claims": decoded["payload"]}

    def userinfo(self, _):
        return {"claims": self.app.userinfo(token=self.tokens)}

    def refresh(self, command):
        metadata = self.app.load_server_metadata()
        with self.app._get_oauth_client(**metadata) as session:
            fresh = session.refresh_token(
                metadata["token_endpoint"], refresh_token=command.get("token") or self.tokens["refresh_token"]
            )
        self.tokens = {**self.tokens, **fresh}
        return {"tokens": fresh}

    def introspect(self, command):
        return {"claims": self._token_call("introspection_endpoint", "introspect_token", command, "access_token").json()}

    def revoke(self, command):
        self._token_call("revocation_endpoint", "revoke_token", command, "refresh_token")
        return {}

    def _token_call(self, endpoint, method, command, default):
        metadata = self.app.load_server_metadata()
        with self.app._get_oauth_client(**metadata) as session:
            answer = getattr(session, method)(
                metadata[endpoint],
                token=command.get("token") or self.tokens[default],
                token_type_hint=command.get("hint"),
            )
        if answer.status_code != 200:
            body = answer.json()
            raise OAuthError(body.get("error"), body.get("error_description"))
        return answer

    def client_credentials(self, command):
        metadata = self.app.load_server_metadata()
        with self.app._get_oauth_client(**metadata) as session:
            self.tokens = session.fetch_token(
                metadata["token_endpoint"], grant_type="client_credentials", **command.get("params", {})
            )
        return {"tokens": self.tokens}

    def logout(self, command):
        made = self.app.create_logout_url(command.get("post_logout_redirect_uri"), self.tokens["id_token"])
        return {"url": made["url"]}


COMMANDS = (
    "discover", "start", "callback", "verify", "userinfo", "refresh", "introspect", "revoke", "client_credentials", "logout",
)


def main():
    party = RelyingParty()
    for line in sys.stdin:
        try:
            command = json.loads(line)
            if command["cmd"] not in COMMANDS:
                raise ValueError(f"no command {command['cmd']}")
            answer = getattr(party, command["cmd"])(command)
        except Exception as error:  # every failure is an answer
            answer = {
                "error": getattr(error, "error", None),
                "description": getattr(error, "description", None) or str(error),
                "kind": type(error).__name__,
            }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
