package localnet_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// joinWithin is how long a miner of the guide may take to buy its slot and serve.
const joinWithin = time.Minute

// Beginnings of the guide's commands, each of which a step of TestMarket runs.
const (
	guideChat    = "dendra miner run --subnet 1 "
	guideServer  = "python3 server.py "
	guideMixture = "dendra miner run --subnet 3 "
	guideTrain   = "dendra model "
	guideFile    = "dendra miner run --subnet 2 "
	guideCommit  = "printf "
	guideCurve   = "dendra subnet curve "
	guideAudit   = "dendra subnet audit "
)

// A command that the guide gains must gain a step here.
func TestTheMarketRunsTheWholeGuide(t *testing.T) {
	runs := []string{guideChat, guideServer, guideMixture, guideTrain, guideFile, guideCommit, guideCurve, guideAudit, "ollama serve"}
	for _, line := range guide(t) {
		require.True(t, slices.ContainsFunc(runs, func(begin string) bool { return strings.HasPrefix(line, begin) }), "no step runs: %s", line)
	}
	for _, begin := range runs {
		require.NotEmpty(t, guideLines(t, begin), begin)
	}
}

// guidePath is the guide for people with a model of their own.
var guidePath = filepath.Join("..", "docs", "bring-your-model.md")

// guide lists the commands of the guide, in its order and without their comments.
func guide(t *testing.T) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(guidePath)
	require.NoError(t, err)
	for _, block := range regexp.MustCompile("(?ms)^```(?:sh)?\n(.*?)^```$").FindAllSubmatch(withoutPrograms(text), -1) {
		for line := range strings.Lines(string(block[1])) {
			line, _, _ = strings.Cut(line, " #")
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// withoutPrograms leaves out the blocks that are files.
func withoutPrograms(text []byte) []byte {
	return regexp.MustCompile("(?ms)^```python\n.*?^```$").ReplaceAll(text, nil)
}

func guideLines(t *testing.T, begin string) (lines []string) {
	t.Helper()
	for _, line := range guide(t) {
		if strings.HasPrefix(line, begin) {
			lines = append(lines, line)
		}
	}
	return lines
}

// guideWords are the words of the guide's only command that begins so, without the program's name, and with other values
// for those that are of the reader's machine: given in pairs, what stands there and what to put.
func guideWords(t *testing.T, begin string, pairs ...string) []string {
	t.Helper()
	lines := guideLines(t, begin)
	require.Len(t, lines, 1, begin)
	words := strings.Fields(lines[0])[1:]
	for i := 0; i < len(pairs); i += 2 {
		at := slices.Index(words, pairs[i])
		require.GreaterOrEqual(t, at, 0, "%q is not in: %s", pairs[i], lines[0])
		words[at] = pairs[i+1]
	}
	return words
}

// valueOf is what follows a flag.
func valueOf(t *testing.T, words []string, flag string) string {
	t.Helper()
	at := slices.Index(words, flag)
	require.True(t, at >= 0 && at+1 < len(words), "%s in %v", flag, words)
	return words[at+1]
}

// guided is a miner that a reader of the guide runs.
type guided struct {
	netuid  int
	wallet  string
	process *process
}

// seats starts a miner as the guide has it and waits until it serves from a slot of its own.
func (m *market) seats(t *testing.T, words []string) guided {
	t.Helper()
	netuid, err := strconv.Atoi(valueOf(t, words, "--subnet"))
	require.NoError(t, err)
	g := guided{netuid, valueOf(t, words, "--wallet"), m.start(m.whole, append(words, "--yes", "--home", m.dir)...)}
	eventually(t, joinWithin, "the miner "+g.wallet, func() bool {
		require.True(t, g.process.running(), "%s", g.process.err)
		return strings.Contains(g.process.err.String(), fmt.Sprintf("serving subnet %d at ", netuid))
	})
	hotkey := m.hotkeys(t)[g.wallet]
	eventually(t, joinWithin, "its endpoint on the chain", func() bool {
		return slices.ContainsFunc(m.neurons(t, netuid), func(n neuronRow) bool { return n.Hotkey == hotkey && n.Endpoint != "" })
	})
	t.Log(g.process.err.String())
	return g
}

// publishesGuidesFile trains, measures and exports the guide's model, offers the file, and finds on the chain what the guide
// says is committed for it.
func (m *market) publishesGuidesFile(t *testing.T) {
	for _, line := range guideLines(t, guideTrain) {
		r := m.run(t, strings.Fields(line)[1:]...)
		require.Zero(t, r.code, "%s: %s", line, r)
	}
	g := m.seats(t, guideWords(t, guideFile))
	m.guided = append(m.guided, g)
	hotkey, lines := m.hotkeys(t)[g.wallet], guideLines(t, guideCommit)
	require.Len(t, lines, 1)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(lines[0], "HOTKEY_ADDRESS", hotkey, 1))
	cmd.Dir = m.home
	sum, err := cmd.Output()
	require.NoError(t, err)
	eventually(t, joinWithin, "the commitment that the guide has computed", func() bool {
		var card struct{ Data string }
		m.do(t, &card, "neuron", "show", "--subnet", strconv.Itoa(g.netuid), hotkey)
		return card.Data != "" && strings.HasPrefix(string(sum), card.Data)
	})
}

// servesGuidesModel runs the guide's server of a model, in Python, and a miner before it.
func (m *market) servesGuidesModel(t *testing.T) {
	port := strconv.Itoa(m.startGuidesServer(t))
	usual := guideWords(t, guideServer)[1]
	url := valueOf(t, guideWords(t, guideMixture), "--upstream")
	require.Contains(t, url, ":"+usual+"/", "the guide's miner asks the guide's server")
	m.guided = append(m.guided, m.seats(t, guideWords(t, guideMixture, url, strings.Replace(url, usual, port, 1))))
}

// startGuidesServer starts the server of the guide's blocks and waits until it answers.
func (m *market) startGuidesServer(t *testing.T) (port int) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		require.NotEqual(t, "true", os.Getenv("CI"), "CI must have python3")
		t.Skip("needs python3")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port = ln.Addr().(*net.TCPAddr).Port
	require.NoError(t, ln.Close())
	words := guideWords(t, guideServer)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), python, words[0], strconv.Itoa(port))
	cmd.Dir = m.whole.TempDir()
	said := &lockedBuffer{}
	cmd.Stderr = said
	guideFiles(t, cmd.Dir)
	require.NoError(t, cmd.Start())
	m.whole.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		var killed *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &killed) {
			require.NoError(m.whole, err)
		}
	})
	eventually(t, joinWithin, "the guide's server", func() bool {
		res, err := web.Get(fmt.Sprintf("http://127.0.0.1:%d/v1/models", port))
		if err != nil {
			require.Empty(t, said.String())
			return false
		}
		return readAll(t, res) != "" && res.StatusCode == http.StatusOK
	})
	return port
}

// guideFiles writes the files that the guide says to save.
func guideFiles(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(guidePath)
	require.NoError(t, err)
	files := regexp.MustCompile("(?s)<!-- run: ([a-z]+\\.py) -->\n```python\n(.*?)```").FindAllSubmatch(text, -1)
	require.Len(t, files, 2)
	for _, f := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, string(f[1])), f[2], 0o600))
	}
}

// judgesGuidesMiners sees what each of the guide's miners gave measured by a validator, and that measure computed again.
func (m *market) judgesGuidesMiners(t *testing.T) {
	require.NotEmpty(t, m.guided)
	for _, g := range m.guided {
		hotkey := m.hotkeys(t)[g.wallet]
		var epoch uint64
		eventually(t, 5*epochTime, "a measure of "+g.wallet, func() (found bool) {
			require.True(t, g.process.running(), "%s", g.process.err)
			epoch, found = m.measuredLast(t, g.netuid, hotkey)
			return found
		})
		var report struct {
			Verdict string
			Miners  []struct{ Hotkey string }
		}
		audited := guideWords(t, guideAudit, "E", strconv.FormatUint(epoch, 10), "V", "validator-1", "3", strconv.Itoa(g.netuid))
		m.do(t, &report, audited...)
		require.Equal(t, "right", report.Verdict)
		require.True(t, slices.ContainsFunc(report.Miners, func(n struct{ Hotkey string }) bool { return n.Hotkey == hotkey }), "%s is not among those judged", g.wallet)
		require.Zero(t, g.process.stop(t), "%s", g.process.err)
	}
}

// measuredLast is the newest epoch of which a validator tells what a miner's predictions cost: there is no such figure of a
// miner that did not answer, or whose file could not be had.
func (m *market) measuredLast(t *testing.T, netuid int, hotkey string) (epoch uint64, found bool) {
	t.Helper()
	var curve struct {
		Points []struct {
			Epoch  uint64
			Miners []struct {
				Hotkey string
				Facts  []struct {
					Name  string
					Value float64
				}
			}
		}
	}
	r := m.run(t, append(guideWords(t, guideCurve, "2", strconv.Itoa(netuid)), "--home", m.dir, "--json")...)
	if r.code != 0 {
		require.Contains(t, r.stderr, "no_evidence", "no vote is open yet")
		return 0, false
	}
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &curve))
	for _, p := range curve.Points {
		for _, n := range p.Miners {
			for _, f := range n.Facts {
				if n.Hotkey == hotkey && f.Name == "bits_per_byte" && f.Value > 0 {
					epoch, found = p.Epoch, true
					t.Logf("subnet %d, epoch %d: %s costs %.3f bits per byte", netuid, p.Epoch, hotkey, f.Value)
				}
			}
		}
	}
	return epoch, found
}
