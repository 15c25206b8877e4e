// A program that speaks MCP over the official Go SDK, as people write one: it registers itself, opens a browser for the
// login, and then does what the lines of its standard input say ("tools", or "call NAME ARGUMENTS"), answering each with
// one line of JSON.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

func main() {
	ctx := context.Background()
	session, err := connect(ctx, os.Args[1])
	answer("connected", err)
	lines := bufio.NewScanner(os.Stdin)
	for err == nil && lines.Scan() {
		words := strings.SplitN(lines.Text(), " ", 3)
		if words[0] == "tools" {
			answer(tools(ctx, session))
		} else {
			answer(call(ctx, session, words[1], words[2]))
		}
	}
}

func connect(ctx context.Context, url string) (*mcp.ClientSession, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	redirect := fmt.Sprintf("http://%s/callback", listener.Addr())
	returned := make(chan *auth.AuthorizationResult)
	go http.Serve(listener, http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		query := request.URL.Query()
		returned <- &auth.AuthorizationResult{Code: query.Get("code"), State: query.Get("state"), Iss: query.Get("iss")}
	}))
	handler, err := auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
		RequestRefreshToken: true,
		DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{
			Metadata: &oauthex.ClientRegistrationMetadata{
				ClientName:              "go",
				RedirectURIs:            []string{redirect},
				GrantTypes:              []string{"authorization_code", "refresh_token"},
				TokenEndpointAuthMethod: "none",
			},
		},
		AuthorizationCodeFetcher: func(_ context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
			if err := exec.Command(os.Getenv("BROWSER"), args.URL).Run(); err != nil {
				return nil, err
			}
			return <-returned, nil
		},
	})
	if err != nil {
		return nil, err
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "go", Version: "1.0.0"}, nil)
	return client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: url, OAuthHandler: handler}, nil)
}

func tools(ctx context.Context, session *mcp.ClientSession) (string, error) {
	listed, err := session.ListTools(ctx, nil)
	if err != nil {
		return "", err
	}
	var names []string
	for _, tool := range listed.Tools {
		names = append(names, tool.Name)
	}
	return strings.Join(names, " "), nil
}

func call(ctx context.Context, session *mcp.ClientSession, name string, arguments string) (string, error) {
	called, err := session.CallTool(ctx, &mcp.CallToolParams{Name: name, Arguments: json.RawMessage(arguments)})
	if err != nil {
		return "", err
	}
	return called.Content[0].(*mcp.TextContent).Text, nil
}

func answer(text string, err error) {
	line := map[string]any{"text": text}
	if err != nil {
		line = map[string]any{"error": err.Error()}
		var refused *jsonrpc.Error
		if errors.As(err, &refused) {
			line["data"] = refused.Data
		}
	}
	json.NewEncoder(os.Stdout).Encode(line)
}
