package localnet_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// logged is a request as `dendra request show --json` prints it.
type logged struct {
	ID       string
	Time     time.Time
	Model    string
	Netuid   uint16
	Status   int
	Outcome  string
	Neuron   *uint16
	Hotkey   string
	Attempts []struct {
		UID       uint16
		Hotkey    string
		Outcome   string
		Start     int64 `json:"start_us"`
		End       int64 `json:"end_us"`
		Signature bool  `json:"signature_ok"`
	}
	Micros           int64 `json:"duration_us"`
	PromptTokens     int64 `json:"prompt_tokens"`
	CompletionTokens int64 `json:"completion_tokens"`
	Claimed          *struct {
		PromptTokens     int64 `json:"prompt_tokens"`
		CompletionTokens int64 `json:"completion_tokens"`
	} `json:"claimed_usage"`
	Price struct {
		PromptRao     int64 `json:"prompt_rao_per_1000"`
		CompletionRao int64 `json:"completion_rao_per_1000"`
	}
	CostRao    string `json:"cost_rao"`
	CostTAO    string `json:"cost_tao"`
	ProofCheck string `json:"proof_check"`
}

func (m *market) saysWhoAnswered(t *testing.T) {
	before := time.Now().Add(-time.Second)
	res, id, body := m.ask(t, question)
	var r logged
	m.do(t, &r, "request", "show", id)

	require.Equal(t, id, r.ID)
	require.Equal(t, "1", res.Header.Get("Dendra-Subnet"))
	require.Equal(t, uint16(1), r.Netuid)
	require.NotNil(t, r.Neuron)
	require.Equal(t, strconv.Itoa(int(*r.Neuron)), res.Header.Get("Dendra-Neuron"))
	require.Equal(t, m.neurons(t, 1)[*r.Neuron].Hotkey, r.Hotkey, "the log and the chain must mean the same neuron")
	require.Equal(t, "answered", r.Outcome)
	require.Equal(t, http.StatusOK, r.Status)
	require.WithinRange(t, r.Time, before, time.Now().Add(time.Second))
	require.Positive(t, r.Micros)

	var answer struct {
		Usage struct {
			Prompt     int64 `json:"prompt_tokens"`
			Completion int64 `json:"completion_tokens"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	require.NotNil(t, r.Claimed)
	require.Equal(t, answer.Usage.Prompt, r.Claimed.PromptTokens, "what the miner states stands beside what is billed")
	require.Equal(t, answer.Usage.Completion, r.Claimed.CompletionTokens)
	require.Positive(t, r.PromptTokens)
	require.Positive(t, r.CompletionTokens)
	cost := (r.PromptTokens*r.Price.PromptRao + r.CompletionTokens*r.Price.CompletionRao + 999) / 1000
	require.Equal(t, strconv.FormatInt(cost, 10), r.CostRao)
	require.Equal(t, r.CostTAO, res.Header.Get("Dendra-Cost"))

	last := r.Attempts[len(r.Attempts)-1]
	require.Equal(t, *r.Neuron, last.UID)
	require.Equal(t, r.Hotkey, last.Hotkey)
	require.True(t, last.Signature, "an unsigned answer must not be passed on")
	require.LessOrEqual(t, last.Start, last.End)
	require.Equal(t, "verified", r.ProofCheck, "anyone can verify the signatures")
	m.listsRequest(t, id)
}

// listsRequest finds a request in the log's pages.
func (m *market) listsRequest(t *testing.T, id string) {
	t.Helper()
	var page struct {
		Requests []logged
		HasMore  bool `json:"has_more"`
	}
	args := []string{"request", "list", "--limit", "200"}
	for {
		m.do(t, &page, args...)
		for _, r := range page.Requests {
			if r.ID == id {
				return
			}
		}
		require.True(t, page.HasMore, "request %s is in no page of the log", id)
		args = []string{"request", "list", "--limit", "200", "--before", page.Requests[len(page.Requests)-1].ID}
		page.Requests = nil
	}
}

// shell runs a line as it stands in the README, where the program has just been built.
func (m *market) shell(t *testing.T, line string) (out []byte, err error) {
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
	cmd.Dir = filepath.Dir(m.path)
	cmd.Env = []string{"HOME=" + m.home, "PATH=" + os.Getenv("PATH"), "DENDRA_HOME=" + m.dir}
	return cmd.CombinedOutput()
}

// worksAsPrinted runs the lines of the README's first screen that ask the market something, as they stand there.
func (m *market) worksAsPrinted(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	require.NoError(t, err)
	screen, _, found := strings.Cut(string(readme), "\n## ")
	require.True(t, found)
	picture, err := os.ReadFile(filepath.Join("..", "docs", "reads-this.png"))
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(filepath.Dir(m.path), "docs"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(m.path), "docs", "reads-this.png"), picture, 0o600))
	ran := 0
	for line := range strings.Lines(screen) {
		if !strings.HasPrefix(line, "./dendra ") || strings.HasPrefix(line, "./dendra miner run") {
			continue // the stranger's miner has a step of its own
		}
		out, err := m.shell(t, line)
		if strings.Contains(line, "subnet curve") || strings.Contains(line, "subnet audit") { // once the first vote is open
			eventually(t, firstPayWithin, line, func() bool {
				out, err = m.shell(t, line)
				return err == nil
			})
		}
		require.NoError(t, err, "%s%s", line, out)
		require.NotEmpty(t, out, line)
		t.Logf("%s%s", line, out)
		ran++
	}
	require.GreaterOrEqual(t, ran, 4)
}

func (m *market) refusesBadRequests(t *testing.T) {
	const good = `{"model":"text","messages":[{"role":"user","content":"hello"}]}`
	for _, c := range []struct {
		name, key, body string
		status          int
		code            string
	}{
		{"unknown model", m.card.APIKey, strings.Replace(good, `"text"`, `"nothing"`, 1), http.StatusNotFound, "model_not_found"},
		{"broken JSON", m.card.APIKey, good[:len(good)-1], http.StatusBadRequest, "invalid_json"},
		{"no JSON", m.card.APIKey, "\x00\xff", http.StatusBadRequest, "invalid_json"},
		{"oversized body", m.card.APIKey, strings.Replace(good, "hello", strings.Repeat("a", 5<<20), 1), http.StatusRequestEntityTooLarge, "request_too_large"},
		{"wrong key", "wrong", good, http.StatusUnauthorized, "invalid_api_key"},
		{"no key", "", good, http.StatusUnauthorized, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, body := m.post(t, c.key, c.body)
			require.Equal(t, c.status, res.StatusCode, body)
			var wire struct {
				Error struct{ Message, Type, Code string }
			}
			require.NoError(t, json.Unmarshal([]byte(body), &wire), body)
			require.NotEmpty(t, wire.Error.Message)
			require.NotEmpty(t, wire.Error.Type)
			if c.code != "" {
				require.Equal(t, c.code, wire.Error.Code)
			}
		})
	}
	m.ask(t, "hello") // and it goes on
}

func (m *market) refusesBadCommands(t *testing.T) {
	require.Equal(t, "bad_flag", m.fails(t, 2, "up", "--nope").Code)
	require.Equal(t, "unknown_command", m.fails(t, 2, "ups").Code)
	require.Equal(t, "bad_arguments", m.fails(t, 2, "subnet", "show").Code)
	require.Equal(t, "bad_subnet", m.fails(t, 2, "subnet", "show", "one").Code)
	require.Equal(t, "missing_flag", m.fails(t, 2, "miner", "run", "--subnet", "1").Code)
	require.Equal(t, "bad_amount", m.fails(t, 2, "stake", "add", "much", "--wallet", "alice", "--home", m.dir).Code)
	require.Equal(t, "node_unreachable", m.fails(t, 1, "chain", "supply", "--node", "127.0.0.1:1", "--home", m.dir).Code)
}
