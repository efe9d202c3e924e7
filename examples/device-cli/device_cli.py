#!/usr/bin/env python3
"""A command-line program that signs a person in without a browser of its own (RFC 8628).

It shows a code and an address, waits until the person has answered in any browser, says who signed in,
and keeps the tokens. Python 3.9 or newer, standard library only: copy this file.

    device_cli.py login     sign in
    device_cli.py whoami    say who is signed in, with a fresh token if need be
    device_cli.py token     print an access token, for other programs
    device_cli.py logout    give the tokens back
"""

import base64
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
# How long one request may take, and how long before its end a token is renewed, in seconds.
TIMEOUT = 20
EARLY = 30


class Refused(Exception):
    """The provider said no: its `error` (RFC 6749 §5.2) and its words."""

    def __init__(self, answer):
        self.error = answer.get("error", "")
        super().__init__(answer.get("error_description") or self.error)


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Secrets are sent to the address that was meant, or not at all."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirects)


def setting(name, default=None):
    """From the environment, or a `.env` file in this folder."""
    if name in os.environ:
        return os.environ[name]
    try:
        lines = Path(".env").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    for line in lines:
        key, _, value = line.partition("=")
        if key.strip() == name:
            return value.strip().strip("'\"")
    if default is None:
        sys.exit(f"{name} is not set: write it to .env or the environment (see README.md)")
    return default


def is_safe(url):
    """TLS, but for a provider on this machine."""
    parts = urllib.parse.urlsplit(url)
    return parts.scheme == "https" or parts.hostname in ("localhost", "127.0.0.1", "::1")


def call(url, form=None, headers=None):
    """GET, or POST of a form; the JSON of the answer."""
    if not is_safe(url):
        raise ValueError(f"{url} is not https")
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    headers = {"Accept": "application/json", "User-Agent": "device-cli/1.0", **(headers or {})}
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with OPENER.open(request, timeout=TIMEOUT) as answer:
            return json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        try:
            refused = json.loads(error.read())
        except ValueError:
            refused = None
        if isinstance(refused, dict) and "error" in refused:
            raise Refused(refused) from None
        raise


class Client:
    """This program at its provider."""

    def __init__(self):
        self.issuer = setting("ISSUER").rstrip("/")
        self.id = setting("CLIENT_ID")
        self.secret = setting("CLIENT_SECRET", "")
        self.scope = setting("SCOPE", "openid profile email offline_access")
        self.provider = call(f"{self.issuer}/.well-known/openid-configuration")
        # OIDC Discovery §4.3: the issuer must be the one that was asked.
        if self.provider.get("issuer", "").rstrip("/") != self.issuer:
            sys.exit(f"{self.issuer} says that it is {self.provider.get('issuer')}")

    def post(self, endpoint, **form):
        """A form to an endpoint, as this client."""
        headers = {}
        if self.secret:
            # RFC 6749 §2.3.1: both halves are form-encoded first.
            pair = ":".join(urllib.parse.quote_plus(half) for half in (self.id, self.secret))
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form["client_id"] = self.id
        return call(self.provider[endpoint], form, headers)

    def sign_in(self):
        """The device flow, from the codes to the tokens."""
        # PKCE: whoever else learns the device code can do nothing with it.
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        codes = self.post(
            "device_authorization_endpoint",
            scope=self.scope,
            code_challenge=challenge,
            code_challenge_method="S256",
        )
        show(codes)
        return self.wait(codes, verifier)

    def wait(self, codes, verifier):
        """Polls until the person has answered (RFC 8628 §3.5)."""
        interval = int(codes.get("interval", 5))
        end = time.monotonic() + int(codes["expires_in"])
        while time.monotonic() < end:
            time.sleep(interval)
            try:
                return self.post(
                    "token_endpoint",
                    grant_type=GRANT_TYPE,
                    device_code=codes["device_code"],
                    code_verifier=verifier,
                )
            except Refused as refused:
                if refused.error == "slow_down":
                    interval += 5
                elif refused.error == "access_denied":
                    sys.exit("You said no. Nothing was connected.")
                elif refused.error == "expired_token":
                    break
                elif refused.error != "authorization_pending":
                    raise
            except (urllib.error.URLError, TimeoutError):
                # RFC 8628 §3.5: after a connection timeout, wait longer.
                interval *= 2
        sys.exit("The code has expired. Run this again for a new one.")

    def refresh(self, tokens):
        """A fresh access token; the refresh token is a new one too."""
        return self.post("token_endpoint", grant_type="refresh_token", refresh_token=tokens["refresh_token"])

    def who(self, access_token):
        """Whose token it is (OIDC Core §5.3), told by the provider itself over TLS."""
        return call(self.provider["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"})


def show(codes):
    """Tells the person where to go, and with which code."""
    print(f"Open   {codes['verification_uri']}")
    print(f"Enter  {codes['user_code']}")
    complete = codes.get("verification_uri_complete")
    if complete and shutil.which("qrencode") and sys.stdout.isatty():
        print("\nOr scan this, and compare the code:\n")
        subprocess.run(["qrencode", "-t", "ANSIUTF8", "-m", "1", complete], check=False)
    print(f"\nWaiting for your answer, {int(codes['expires_in']) // 60} minutes at the most ...", flush=True)


def kept():
    """Where the tokens are kept, readable by their owner alone."""
    default = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "device-cli/tokens.json"
    return Path(setting("TOKENS", str(default)))


def keep(tokens):
    """Writes the tokens whole or not at all."""
    file = kept()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(tokens, out)
    fresh.replace(file)


def stamped(tokens, before=None):
    """With the time at which the access token ends, and what a refresh did not say again."""
    ends = time.time() + int(tokens.get("expires_in", 0))
    return {**(before or {}), **tokens, "expires_at": ends}


def current(client):
    """The tokens that are kept, refreshed if the access token is about to end."""
    try:
        tokens = json.loads(kept().read_text(encoding="utf-8"))
    except FileNotFoundError:
        sys.exit("Nobody is signed in. Run: device_cli.py login")
    if time.time() < tokens["expires_at"] - EARLY:
        return tokens
    if "refresh_token" not in tokens:
        sys.exit("The sign-in has ended. Run: device_cli.py login")
    try:
        tokens = stamped(client.refresh(tokens), tokens)
    except Refused as refused:
        if refused.error != "invalid_grant":
            raise
        kept().unlink(missing_ok=True)
        sys.exit("The sign-in has ended. Run: device_cli.py login")
    keep(tokens)
    return tokens


def greet(client, tokens):
    """Says who is signed in."""
    person = client.who(tokens["access_token"])
    name = person.get("name") or person.get("preferred_username") or person["sub"]
    email = f" <{person['email']}>" if person.get("email") else ""
    print(f"Signed in as {name}{email}")


def login(client):
    """Signs in, and keeps the tokens."""
    tokens = stamped(client.sign_in())
    keep(tokens)
    greet(client, tokens)


def whoami(client):
    """Says who is signed in."""
    greet(client, current(client))


def token(client):
    """Prints an access token."""
    print(current(client)["access_token"])


def logout(client):
    """Gives the tokens back (RFC 7009) and forgets them."""
    try:
        tokens = json.loads(kept().read_text(encoding="utf-8"))
    except FileNotFoundError:
        sys.exit("Nobody is signed in.")
    client.post("revocation_endpoint", token=tokens.get("refresh_token") or tokens["access_token"])
    kept().unlink()
    print("Signed out")


def main():
    """Runs one command."""
    commands = {"login": login, "whoami": whoami, "token": token, "logout": logout}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    try:
        commands[sys.argv[1]](Client())
    except Refused as refused:
        sys.exit(f"Refused: {refused.error}: {refused}")
    except (urllib.error.URLError, TimeoutError, ValueError) as error:
        sys.exit(f"The provider does not answer as it should: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
