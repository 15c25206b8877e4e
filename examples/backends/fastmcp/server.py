from fastmcp import FastMCP
from fastmcp.server.dependencies import get_access_token
from identity import MIDDLEWARE

mcp = FastMCP("fastmcp-server")


@mcp.tool
def whoami() -> dict:
    """Tells who calls."""
    token = get_access_token()
    return {"clientId": token.client_id, "scopes": token.scopes, "subject": token.subject, "issuer": token.claims["iss"]}


if __name__ == "__main__":
    # Behind a proxy the Host is the public one: allowed_hosts=["api.example.com"].
    mcp.run(transport="http", host="127.0.0.1", port=0, path="/mcp/fastmcp", middleware=MIDDLEWARE, show_banner=False)
