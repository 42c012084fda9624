package node_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain/node"
	"github.com/dendra-net/dendra/internal/testchain"
)

// program is the built command.
type program string

func build(t *testing.T) program {
	t.Helper()
	path := filepath.Join(t.TempDir(), "dendra")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "go", "build", "-o", path, "../../cmd/dendra").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return program(path)
}

// init runs dendra node init and returns the peer id it prints.
func (p program) init(t *testing.T, o node.Options, args ...string) string {
	t.Helper()
	args = append([]string{
		"node", "init", "--home", o.Home, "--operator", testchain.Cold("producer").Address().String(), "--json",
		"--block-time", blockTime.String(), "--p2p-listen", o.P2P, "--rpc-listen", o.RPC, "--grpc-listen", o.GRPC, "--rest-listen", o.REST,
	}, args...)
	cmd := exec.CommandContext(t.Context(), string(p), args...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	require.NoError(t, err, said.String())
	var info struct {
		PeerID string `json:"peer_id"`
	}
	require.NoError(t, json.Unmarshal(out, &info), "%s", out)
	return info.PeerID
}

// process is a running dendra node start.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	said *shared
	over chan error
}

func (p program) start(t *testing.T, home, peers string) *process {
	t.Helper()
	run := &process{t: t, said: &shared{}, over: make(chan error, 1)}
	run.cmd = exec.Command(string(p), "node", "start", "--home", home, "--peers", peers)
	run.cmd.Stderr = run.said
	require.NoError(t, run.cmd.Start())
	go func() { run.over <- run.cmd.Wait() }() // ends with the process
	t.Cleanup(func() {
		if run.cmd.ProcessState == nil {
			_ = run.cmd.Process.Kill() // already over is fine too
			<-run.over
		}
		if t.Failed() {
			t.Logf("%s said:\n%s", home, run.said)
		}
	})
	return run
}

// end sends a signal and waits for the process.
func (p *process) end(signal syscall.Signal) error {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(signal))
	select {
	case err := <-p.over:
		return err
	case <-time.After(patience):
		p.t.Fatalf("still running after %s and %s", signal, patience)
		return nil
	}
}

// Four nodes from the documented commands, each a process: one is killed and three go on, it starts again and catches
// up; told to stop, each ends well.
func TestDocumentedCommands(t *testing.T) {
	dendra, nodes, peers := build(t), make([]*member, 4), make([]string, 4)
	base := t.TempDir()
	for i := range nodes {
		o := node.Options{Home: filepath.Join(base, fmt.Sprint(i)), RPC: freeAddr(t), P2P: freeAddr(t), GRPC: freeAddr(t), REST: freeAddr(t)}
		from := []string{"--chain-id", "dendra-test-4"}
		if i > 0 {
			from = []string{"--genesis", genesisOf(base, i-1), "--produce"}
		}
		peers[i] = dendra.init(t, o, append(from, "--name", fmt.Sprint("node-", i))...) + "@" + o.P2P
		nodes[i] = &member{t: t, options: o}
		nodes[i].dial()
	}
	last, err := os.ReadFile(genesisOf(base, 3))
	require.NoError(t, err)
	running := make([]*process, 4)
	for i, m := range nodes {
		require.NoError(t, os.WriteFile(genesisOf(base, i), last, 0o644))
		running[i] = dendra.start(t, m.options.Home, strings.Join(peers, ","))
	}
	reach(t, 3, nodes...)
	requireAgreement(t, nodes)

	require.Error(t, running[1].end(syscall.SIGKILL))
	others := []*member{nodes[0], nodes[2], nodes[3]}
	reach(t, nodes[0].height()+3, others...)
	running[1] = dendra.start(t, nodes[1].options.Home, strings.Join(peers, ","))
	reach(t, nodes[0].height()+3, nodes...)
	requireAgreement(t, nodes)

	for _, p := range running {
		require.NoError(t, p.end(syscall.SIGTERM), p.said)
		require.NotContains(t, p.said.String(), "panic")
	}
}

func genesisOf(base string, i int) string {
	return filepath.Join(base, fmt.Sprint(i), "config", "genesis.json")
}
