from urllib.parse import unquote

from fastmcp.server.auth import AccessToken
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from starlette.authentication import AuthCredentials, AuthenticationBackend
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware


class ForwardgateIdentity(AuthenticationBackend):
    """Who calls, as forwardgate says: tools find it with get_access_token()."""

    async def authenticate(self, conn):
        subject, issuer, client, scopes = (unquote(conn.headers.get(f"x-auth-{name}", "")) for name in ("subject", "issuer", "client", "scopes"))
        token = AccessToken(token="", client_id=client, subject=subject, scopes=scopes.split(), claims={"sub": subject, "iss": issuer})
        return AuthCredentials(token.scopes), AuthenticatedUser(token)


MIDDLEWARE = [Middleware(AuthenticationMiddleware, backend=ForwardgateIdentity())]
