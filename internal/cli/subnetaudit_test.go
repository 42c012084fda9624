package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/internal/cli"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/kind"
	"github.com/dendra-net/dendra/validator"
	"github.com/dendra-net/dendra/wallet"
)

// audits runs a command line of a program that knows the kind "echo".
func (p person) audits(line string) (code int, stdout, stderr string) {
	p.t.Helper()
	p.wire.typed(line)
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	code = cli.Main(ctx, cli.Env{Args: strings.Fields(line), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Argon2: cheap,
		Kinds:  []kind.Kind{kind.Of("echo", func() (neuron.Task, error) { return echo{}, nil })},
		Getenv: func(name string) string { return map[string]string{"DENDRA_HOME": p.home}[name] }})
	return code, out.String(), errs.String()
}

// wrongly wants an exit code and an error's code.
func (p person) wrongly(exit int, code, line string) string {
	p.t.Helper()
	got, _, errs := p.audits(line)
	require.Equal(p.t, exit, got, errs)
	require.Contains(p.t, errs, "error "+code+": ")
	return errs
}

// TestAudit lets a validator measure a miner, and audits what it published.
func TestAudit(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a node for some seconds")
	}
	p := startChain(t)
	p.wrongly(1, "not_registered", "subnet audit 2 --validator alice")
	p.wrongly(2, "missing_flag", "subnet audit 2 --epoch 1")
	p.wrongly(1, "subnet_unknown", "subnet audit 9")
	p.wrongly(2, "no_such_file", "subnet audit 2 --validator alice --file "+filepath.Join(p.home, "nothing"))

	p.does("neuron register --subnet 2 --wallet alice --yes")
	p.wrongly(1, "no_evidence", "subnet audit 2 --validator alice")
	p.does("stake add 100 --wallet alice --yes")
	p.does("wallet create digger --plain")
	p.does("faucet digger 50")
	miner := p.starts("miner run --subnet 2 --wallet digger --yes --upstream "+modelServer(t)+" --model m", nil)
	p.says(miner, "serving subnet 2 at ")

	dir := t.TempDir()
	server := httptest.NewServer(&evidence.Server{Dir: dir})
	defer server.Close()
	p.validates(dir, server.URL, func(ctx context.Context, client *chainclient.Client, hotkey neuron.Address) bool {
		note, err := client.Evidence(ctx, 2, hotkey)
		if errors.Is(err, chainclient.ErrNoEvidence) {
			return false
		}
		require.NoError(t, err)
		_, err = evidence.Fetcher{Base: server.URL, Netuid: 2}.File(ctx, note.Epoch)
		require.NoError(t, err)
		return true
	})
	p.auditsWhatIsThere(dir)

	server.Close()
	require.Contains(t, p.wrongly(1, "evidence_unreachable", "subnet audit 2 --validator alice"), "--file FILE")
	p.stops(miner)
}

// validates runs a validator of subnet 2 until done says so.
func (p person) validates(dir, url string, done func(context.Context, *chainclient.Client, neuron.Address) bool) {
	p.t.Helper()
	var card struct{ GRPC string }
	raw, err := os.ReadFile(filepath.Join(p.home, "network.json"))
	require.NoError(p.t, err)
	require.NoError(p.t, json.Unmarshal(raw, &card))
	client, err := chainclient.Dial(p.t.Context(), chainclient.Options{Endpoints: []string{card.GRPC}})
	require.NoError(p.t, err)
	defer client.Close()
	key, err := wallet.Store{Home: p.home}.Hotkey("alice", "default")
	require.NoError(p.t, err)
	ctx, cancel := context.WithCancel(p.t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- validator.Run(ctx, validator.Config{Chain: client, Key: key, Netuid: 2, Task: echo{}, Client: &neuron.Client{Key: key, ChainID: client.ChainID()},
			Dir: dir, EvidenceURL: url, Poll: 20 * time.Millisecond, Rounds: 1, Questions: 2, Pads: 1})
	}()
	require.Eventually(p.t, func() bool { return done(ctx, client, key.Address()) }, 90*time.Second, 50*time.Millisecond)
	cancel()
	require.NoError(p.t, <-ended)
}

func (p person) auditsWhatIsThere(dir string) {
	code, out, errs := p.audits("subnet audit 2 --validator alice --json")
	require.Zero(p.t, code, out+errs)
	var report struct {
		Verdict string
		Epoch   uint64
		Miners  []struct{ Stored, Recomputed float64 }
		Checks  []struct {
			Name        string
			Done, Wrong int
		}
	}
	require.NoError(p.t, json.Unmarshal([]byte(out), &report), out)
	require.Equal(p.t, "right", report.Verdict)
	require.Len(p.t, report.Miners, 1)
	require.InDelta(p.t, 1, report.Miners[0].Recomputed, 1e-9)
	for _, c := range report.Checks {
		if c.Name != "continuity" {
			require.Positive(p.t, c.Done, "nothing was compared by %s\n%s", c.Name, out)
		}
	}
	code, out, errs = p.audits("subnet audit 2 --validator 0")
	require.Zero(p.t, code, out+errs)
	require.Contains(p.t, out, "verdict: right")
	require.Contains(p.t, out, "digger")

	listed := p.read("subnet audit 2")["evidence"].([]any)
	require.Len(p.t, listed, 1)
	require.Contains(p.t, p.does("subnet audit 2"), "/evidence/2/")

	_, _, errs = p.types("subnet audit 2 --validator alice")
	require.Contains(p.t, errs, "error unknown_kind: ", "a program without the kind")
	p.wrongly(2, "bad_epoch", "subnet audit 2 --validator alice --epoch first")
	p.wrongly(1, "no_such_neuron", "subnet audit 2 --validator 77")

	files, err := filepath.Glob(filepath.Join(dir, "evidence", "2", "*.json.gz"))
	require.NoError(p.t, err)
	packed, err := os.ReadFile(files[0])
	require.NoError(p.t, err)
	file, err := evidence.Decode(packed)
	require.NoError(p.t, err)
	for i := range file.Exchanges {
		file.Exchanges[i].Score = 0.5
	}
	packed, err = evidence.Encode(file)
	require.NoError(p.t, err)
	lie := filepath.Join(p.home, "lie.json.gz")
	require.NoError(p.t, os.WriteFile(lie, packed, 0o600))
	errs = p.wrongly(1, "evidence_wrong", "subnet audit 2 --validator alice --file "+lie)
	require.Contains(p.t, errs, "dendra weights show --subnet N")
	require.NoError(p.t, os.WriteFile(lie, packed[:40], 0o600))
	p.wrongly(2, "bad_evidence", "subnet audit 2 --validator alice --file "+lie)
}

// liveAudit asks for evidence where nobody has published any.
func liveAudit(p person) {
	require.Empty(p.t, p.read("subnet audit 1")["evidence"])
	p.fails("no_evidence", "subnet audit 1 --validator 0")
}
