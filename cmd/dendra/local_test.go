package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/cli"
	"github.com/dendra-net/dendra/localnet"
)

// typed runs a command line of this program, in this process.
func typed(t *testing.T, words ...string) (code int, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	e := environment()
	e.Args, e.Stdin, e.Stdout, e.Stderr = words, strings.NewReader(""), &out, &errs
	e.Getenv = func(string) string { return "" }
	code = cli.Main(t.Context(), e)
	require.Empty(t, out.String())
	return code, errs.String()
}

// A folder that cannot be judged by is refused before anything is made, in the foreground and detached alike.
func TestUpLooksAtTheShardsFirst(t *testing.T) {
	empty := t.TempDir()
	for _, shards := range []string{empty, filepath.Join(empty, "missing")} {
		for _, more := range [][]string{nil, {"--detach"}} {
			home := filepath.Join(t.TempDir(), "home")
			code, errs := typed(t, append([]string{"up", "--home", home, "--shards", shards}, more...)...)
			require.Equal(t, 2, code, errs)
			require.Contains(t, errs, "error bad_text: ")
			require.NoDirExists(t, home, "nothing is left behind")
		}
	}
}

// A genesis that is a pipe is refused like any that cannot be read.
func TestAGenesisThatIsAPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "genesis.json")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	code, errs := typed(t, "node", "init", "--home", filepath.Join(t.TempDir(), "home"), "--genesis", pipe)
	require.Equal(t, 1, code, errs)
	require.Contains(t, errs, "error bad_genesis: ")
	require.Contains(t, errs, "not a regular file")
}

// What a detached market is told is what was typed.
func TestDetachedMarketsAreToldAll(t *testing.T) {
	o := cli.LocalOptions{Home: "/h", Port: 4000, BlockTime: 2 * time.Second, Quiet: true, Shards: "/s", Detach: true}
	require.Equal(t, []string{"up", "--json", "--home", "/h", "--port", "4000", "--block-time", "2s", "--quiet-miners", "--shards", "/s"}, upArgs(o))
	require.Equal(t, []string{"up", "--json", "--home", "/h"}, upArgs(cli.LocalOptions{Home: "/h", Detach: true}))
}

// A fault of the command line stays one when another process found it.
func TestLastWordsKeepTheirExitCode(t *testing.T) {
	said := []string{"starting", `{"error":{"code":"bad_text","message":"m","fix":"f"}}`}
	for exit, usage := range map[int]bool{1: false, 2: true} {
		ended := exec.Command("sh", "-c", fmt.Sprint("exit ", exit)).Run()
		require.Error(t, ended)
		err := explained(fmt.Errorf("up: %w", &localnet.EndedError{Exit: ended, Said: said}))
		require.Equal(t, &cli.Error{Code: "bad_text", Message: "m", Fix: "f", Usage: usage}, err)
	}
}
