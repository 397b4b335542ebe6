"""A relying party in Python with Authlib: told its registration on the first line, it prints the address for the
browser, is told where the browser was sent back to, and prints what it got."""

import json
import sys

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.integrations.base_client import OAuthError
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet


def hear():
    return json.loads(sys.stdin.readline())


def say(message):
    print(json.dumps(message), flush=True)


told = hear()
provider = requests.get(told["issuer"] + "/.well-known/openid-configuration", timeout=10).json()
session = OAuth2Session(
    told["client_id"], ECKey.import_key(told["key"]), scope="openid profile offline_access", redirect_uri=told["redirect_uri"],
    token_endpoint_auth_method=PrivateKeyJWT(provider["issuer"], alg="ES256", headers={"kid": told["key"]["kid"]}),
    code_challenge_method="S256",
    introspection_endpoint=provider["introspection_endpoint"], token_endpoint=provider["token_endpoint"],
)
verifier = "v" * 20 + told["key"]["kid"] * 5
url, state = session.create_authorization_url(provider["authorization_endpoint"], code_verifier=verifier, nonce="n-1", prompt="consent")
say({"url": url})

back = hear()["back"]
token = session.fetch_token(provider["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier)
keys = KeySet.import_key_set(requests.get(provider["jwks_uri"], timeout=10).json())
claims = jwt.decode(token["id_token"], keys, algorithms=["ES256"]).claims
rules = jwt.JWTClaimsRegistry(
    iss={"essential": True, "value": provider["issuer"]}, aud={"essential": True, "value": told["client_id"]},
    nonce={"essential": True, "value": "n-1"}, exp={"essential": True}, sub={"essential": True},
)
rules.validate(claims)
userinfo = session.get(provider["userinfo_endpoint"]).json()
first = token["access_token"]
renewed = session.refresh_token(provider["token_endpoint"], refresh_token=token["refresh_token"])
introspected = session.introspect_token(provider["introspection_endpoint"], token=renewed["access_token"]).json()
last = renewed.get("refresh_token", token["refresh_token"])
own = session.client_auth(session.token_endpoint_auth_method)
assert session.revoke_token(provider["revocation_endpoint"], token=last, token_type_hint="refresh_token", auth=own).status_code == 200
try:
    session.refresh_token(provider["token_endpoint"], refresh_token=last)
    after = "worked"
except OAuthError as refusal:
    after = refusal.error
say({"claims": claims, "userinfo": userinfo, "first": first, "refreshed": renewed["access_token"], "introspected": introspected, "after": after})
