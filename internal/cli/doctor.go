package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/x/guard"
)

// finding is the result of one check.
type finding struct {
	Check  string `json:"check"`
	State  string `json:"state"` // ok, bad, or skipped
	Detail string `json:"detail"`
	Fix    string `json:"fix,omitempty"`
}

func (a *app) doctorCommand() *cobra.Command {
	c := &cobra.Command{Use: "doctor", Short: "Check the home, the keys, the chain and the gateway", Args: args(0, 0)}
	api := a.apiFlags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		g := api()
		defer g.http.CloseIdleConnections()
		found := a.examine(c.Context(), g)
		if err := a.emit(map[string]any{"checks": found}, func(w io.Writer) error { return printFindings(w, found) }); err != nil {
			return err
		}
		bad := slices.DeleteFunc(slices.Clone(found), func(f finding) bool { return f.State != "bad" })
		if len(bad) > 0 {
			return failf("unwell", "%d of %d checks failed: %s", len(bad), len(found), bad[0].Check).withFix("%s", bad[0].Fix)
		}
		return nil
	}
	return c
}

// examine runs every check; one that fails does not stop the others.
func (a *app) examine(ctx context.Context, g gatewayAPI) []finding {
	found := []finding{a.checkHome(), a.checkKeys()}
	found = append(found, a.checkChain(ctx)...)
	return append(found, a.checkGateway(ctx, g))
}

func ok(check, format string, args ...any) finding {
	return finding{Check: check, State: "ok", Detail: fmt.Sprintf(format, args...)}
}

func bad(check, fix, format string, args ...any) finding {
	return finding{Check: check, State: "bad", Detail: fmt.Sprintf(format, args...), Fix: fix}
}

func (a *app) checkHome() finding {
	info, err := os.Stat(a.home)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return finding{Check: "home", State: "skipped", Detail: a.home + " does not exist yet; it is made when needed"}
	case err != nil:
		return bad("home", "name another with --home", "%v", err)
	case !info.IsDir():
		return bad("home", "name a directory with --home", "%s is no directory", a.home)
	case info.Mode().Perm()&0o022 != 0:
		return bad("home", "chmod go-w "+a.home, "%s can be written by others (mode %o)", a.home, info.Mode().Perm())
	}
	return ok("home", "%s", a.home)
}

// checkKeys looks for key files that others can read and for damaged ones.
func (a *app) checkKeys() finding {
	infos, err := a.store().List()
	if err != nil {
		return bad("keys", "restore the named file from its backup, or dendra wallet recover NAME", "%v", err)
	}
	var open []string
	root := filepath.Join(a.home, "wallets")
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, ".pub.json") {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			open = append(open, path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return bad("keys", "make the directory readable for yourself", "%v", err)
	}
	if len(open) > 0 {
		return bad("keys", "chmod 600 "+strings.Join(open, " "), "%d key files can be read by others", len(open))
	}
	return ok("keys", "%d wallets, readable by you alone", len(infos))
}

// maxClockSkew is how far block time and the clock here may lie apart beyond the age of the block.
const maxClockSkew = 15 * time.Second

func (a *app) checkChain(ctx context.Context) []finding {
	client, err := a.chain(ctx)
	if err != nil {
		e := faultOf(err)
		return []finding{bad("chain", e.Fix, "%s", e.Message)}
	}
	found := []finding{ok("chain", "%s at %s", client.ChainID(), strings.Join(a.endpoints(), ", "))}
	status, err := node.NewServiceClient(client).Status(ctx, &node.StatusRequest{})
	if err != nil || status.Timestamp == nil {
		return append(found, bad("head", "ask the node's operator", "the node does not tell its head: %v", err))
	}
	age := a.Now().Sub(*status.Timestamp)
	switch {
	case age < -maxClockSkew:
		found = append(found, bad("clock", "set the clock of this machine (NTP)", "the newest block is %v ahead of this clock", -age.Round(time.Second)))
	case age > blockPause:
		found = append(found, bad("head", "the chain stands still or the node is behind: try another with --node", "the newest block, %d, is %v old", status.Height, age.Round(time.Second)))
	default:
		found = append(found, ok("head", "height %d, %v old", status.Height, age.Round(time.Millisecond)))
	}
	laws, err := client.Guard().Invariants(ctx, &guard.QueryInvariantsRequest{})
	if err != nil {
		return append(found, bad("books", "ask the node's operator", "%v", err))
	}
	for _, law := range laws.Invariants {
		if !law.Holds {
			return append(found, bad("books", "stop trading and tell the producers", "%s: %s", law.Name, law.Detail))
		}
	}
	return append(found, ok("books", "%d laws hold at height %d", len(laws.Invariants), laws.Height))
}

func (a *app) checkGateway(ctx context.Context, g gatewayAPI) finding {
	if a.network.API == "" && g.base == defaultAPI {
		return finding{Check: "gateway", State: "skipped", Detail: "none is named: use --api, DENDRA_API or a local network"}
	}
	ctx, cancel := context.WithTimeout(ctx, apiConnect)
	defer cancel()
	res, err := g.call(ctx, http.MethodGet, "/v1/models", nil)
	if err != nil {
		e := faultOf(err)
		return bad("gateway", e.Fix, "%s", e.Message)
	}
	if err := res.Body.Close(); err != nil {
		return bad("gateway", "dendra logs gateway", "%v", err)
	}
	return ok("gateway", "%s answers", g.base)
}

func printFindings(w io.Writer, found []finding) error {
	t := term.Table{Columns: []term.Column{{Title: "CHECK"}, {Title: "STATE"}, {Title: "DETAIL"}}}
	for _, f := range found {
		t.Add(f.Check, f.State, f.Detail)
	}
	return t.Write(w)
}
