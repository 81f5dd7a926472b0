"""A wallet session by an API client, with a generated client (docs/api.md). `portal_client` is generated:

    openapi-python-client generate --url https://portal.example.org/api/openapi.json --meta none --output-path portal_client
"""

import os
import time
from collections.abc import Generator

import httpx
from portal_client import AuthenticatedClient
from portal_client.api.portal import read_me
from portal_client.api.wallet import (
    complete_wallet_session,
    create_wallet_session,
    read_identity_verification,
    read_wallet_session,
    start_identity_verification,
    submit_identity_verification,
)
from portal_client.models import CompletedWalletSession, Confirmation, Empty, Problem, WalletSessionOptions
from portal_client.models import WalletSessionStatus as Status

PORTAL_URL = os.environ["PORTAL_URL"]
# How often a request is sent at most, while the portal says when to repeat it.
MAX_TRIES = 5
# A token is replaced so long before it expires.
MARGIN_SECONDS = 30
WAITING = {Status.CREATED, Status.PENDING, Status.INTERACTION_STARTED, Status.VERIFYING}


class PortalAuth(httpx.Auth):
    """Sends requests with an access token, and repeats them after 429 and 503, when the seconds of `Retry-After` have passed."""

    def __init__(self) -> None:
        self.token = ""
        self.expires_at = 0.0

    def access_token(self) -> str:
        """An access token by client credentials (RFC 6749 4.4): the last one, or a new one if that expires soon."""
        if time.time() < self.expires_at - MARGIN_SECONDS:
            return self.token
        form = {
            "grant_type": "client_credentials",
            "client_id": os.environ["CLIENT_ID"],
            "client_secret": os.environ["CLIENT_SECRET"],
            "scope": "wallet:sessions profile:read",
            "resource": os.environ["API_AUDIENCE"],
        }
        response = httpx.post(os.environ["TOKEN_ENDPOINT"], data=form).raise_for_status().json()
        self.token = response["access_token"]
        self.expires_at = time.time() + response["expires_in"]
        return self.token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        for _ in range(MAX_TRIES):
            request.headers["authorization"] = f"Bearer {self.access_token()}"
            response = yield request
            if response.status_code not in {429, 503} or "retry-after" not in response.headers:
                return
            time.sleep(int(response.headers["retry-after"]))


def ok(result):
    """The data of a response, or an error with the portal's code."""
    if result is None:
        raise SystemExit("the portal sent a response that it does not describe")
    if isinstance(result, Problem):
        raise SystemExit(f"{result.error}: {result.message} (request {result.request_id})")
    return result


# The generated client sets the token's header once; `PortalAuth` replaces it for each request.
portal = AuthenticatedClient(base_url=PORTAL_URL, token="", httpx_args={"auth": PortalAuth()})


def is_completed(session_id: str) -> bool:
    """Completes a session; False if identity verification is needed first."""
    result = ok(complete_wallet_session.sync(session_id, client=portal, body=Empty()))
    return isinstance(result, CompletedWalletSession)


def verify_identity(session_id: str) -> None:
    url = ok(start_identity_verification.sync(session_id, client=portal, body=Empty())).redirect_url
    if url is None:
        ok(submit_identity_verification.sync(session_id, client=portal, body=Confirmation(confirm=True)))
    else:
        print(f"Open in a browser: {url}", flush=True)
    while ok(read_identity_verification.sync(session_id, client=portal)).status in {Status.IDV_REQUIRED, Status.RECONCILING}:
        time.sleep(1)


print(f"API client: {ok(read_me.sync(client=portal)).client_id}", flush=True)
session = ok(create_wallet_session.sync(client=portal, body=WalletSessionOptions()))
print(f"Open in a wallet: {session.request_uri}", flush=True)
while (state := ok(read_wallet_session.sync(session.session_id, client=portal))).status in WAITING:
    time.sleep(1)
if state.status not in {Status.VERIFIED, Status.IDV_REQUIRED}:
    raise SystemExit(f"nothing was shared: {state.status}")
if not is_completed(session.session_id):
    verify_identity(session.session_id)
    if not is_completed(session.session_id):
        raise SystemExit("the identity was not verified")
print("Completed")
