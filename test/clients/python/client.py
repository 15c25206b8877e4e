"""A program that speaks MCP over the official Python SDK (`sdk`) or over FastMCP (`fastmcp`), as people write one: it
registers itself, opens a browser for the login, and then does what the lines of its standard input say (`tools`, or
`call NAME ARGUMENTS`), answering each with one line of JSON."""

import asyncio
import json
import sys
import webbrowser
from urllib.parse import parse_qs, urlparse

import httpx2
import mcp
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata


class Memory:
    """What the SDK gives a program to store."""

    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


async def sdk(url):
    """A client of the SDK, which leaves browser and redirect URI to the program."""
    returned = asyncio.Queue()

    async def serve(reader, writer):
        query = parse_qs(urlparse((await reader.readline()).split()[1].decode()).query)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()
        first = {name: values[0] for name, values in query.items()}
        await returned.put(AuthorizationCodeResult(**first))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def browse(authorization_url):
        webbrowser.open(authorization_url)

    metadata = OAuthClientMetadata(
        client_name="python",
        redirect_uris=[f"http://127.0.0.1:{port}/callback"],
        grant_types=["authorization_code", "refresh_token"],
        token_endpoint_auth_method="none",
    )
    provider = OAuthClientProvider(url, metadata, Memory(), browse, returned.get)
    http = httpx2.AsyncClient(auth=provider, timeout=30)
    return mcp.Client(streamable_http_client(url, http_client=http))


async def fast(url):
    """A client of FastMCP, which does all that by itself."""
    import fastmcp

    return fastmcp.Client(url, auth="oauth")


async def do(client, line):
    words = line.split(" ", 2)
    if words[0] == "tools":
        listed = await client.list_tools()
        return " ".join(tool.name for tool in getattr(listed, "tools", listed))
    result = await client.call_tool(words[1], json.loads(words[2]))
    return result.content[0].text


def answer(**line):
    print(json.dumps(line), flush=True)


async def main(kind, url):
    try:
        async with await (sdk if kind == "sdk" else fast)(url) as client:
            answer(text="connected")
            while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
                try:
                    answer(text=await do(client, line))
                except Exception as error:
                    answer(error=str(error), data=getattr(getattr(error, "error", None), "data", None))
    except Exception as error:
        answer(error=repr(error))


asyncio.run(main(*sys.argv[1:]))
