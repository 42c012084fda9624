package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/cli"
	"github.com/dendra-net/dendra/wallet"
)

// cheap makes password guesses cost nothing, for wallets that hold nothing.
var cheap = wallet.Argon2{Time: 1, MemoryKiB: 64, Threads: 1}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dendra": func() {
		os.Exit(cli.Main(context.Background(), cli.Env{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Argon2: cheap}))
	}})
}

// TestScripts types what a person would, without a chain. "exec dendra" is the program as a process of its own, with
// stdin; "exit CODE ..." is the same in this process, which is much faster.
func TestScripts(t *testing.T) {
	vectors, err := filepath.Abs("../../yuma/testdata/public")
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{Dir: "testdata/script", RequireExplicitExec: true, Setup: func(e *testscript.Env) error {
		e.Setenv("VECTORS", vectors)
		e.Setenv("HOME", e.WorkDir)
		e.Setenv("DENDRA_HOME", filepath.Join(e.WorkDir, "home"))
		e.Setenv("DENDRA_NODE", "127.0.0.1:1") // nobody listens there
		return nil
	}, Cmds: map[string]func(*testscript.TestScript, bool, []string){"exit": exit}})
}

// exit runs the command line and wants its exit code: "exit 2 frob".
func exit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: exit CODE WORDS...")
	}
	code := cli.Main(context.Background(), cli.Env{Args: args[1:], Stdin: strings.NewReader(""), Stdout: ts.Stdout(), Stderr: ts.Stderr(),
		Getenv: ts.Getenv, UserHome: func() (string, error) { return ts.Getenv("HOME"), nil }, Argon2: cheap})
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code is %d, want %s", code, args[0])
	}
}
