package localnet_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMarket lives the first minutes of a market as its users do: with the built command, stock clients and the open
// doors of the chain, and with nothing of the program's inside. The steps share one market and follow one another.
func TestMarket(t *testing.T) {
	if testing.Short() {
		t.Skip("a whole market runs for minutes")
	}
	m := newMarket(t)
	if !t.Run("one command starts it", m.starts) {
		t.FailNow()
	}
	t.Run("the first answer", m.answersAtOnce)
	t.Run("the stock client of npm", m.answersNPM)
	t.Run("the stock client of Go", m.answersGo)
	t.Run("who answered and what it cost", m.saysWhoAnswered)
	t.Run("the first screen of the README", m.worksAsPrinted)
	t.Run("bad requests", m.refusesBadRequests)
	t.Run("the first pay", m.paysSoon)
	t.Run("a stranger joins", m.welcomesStranger)
	t.Run("the guide's file joins", m.publishesGuidesFile)
	t.Run("the guide's server joins", m.servesGuidesModel)
	t.Run("everyday commands", m.carriesOutTransactions)
	t.Run("dry runs", m.keepsDryRunsDry)
	t.Run("fixed interfaces", m.keepsInterfaces)
	t.Run("pay follows quality", m.paysQuality)
	t.Run("scores are computed again", m.scoresHold)
	t.Run("the guide's miners are judged", m.judgesGuidesMiners)
	t.Run("the collective", m.speaksTogether)
	t.Run("the stranger earns", m.paysStranger)
	t.Run("memory", m.staysSmall)
	t.Run("kill -9", m.survivesKills)
	t.Run("Ctrl-C", m.stopsClean)
	t.Run("the books at every height", m.balancesAlways)
	t.Run("down", m.goesDown)
	t.Run("corrupt homes", m.refusesCorruptHomes)
	t.Run("killed at birth", m.survivesKillsAtBirth)
	t.Run("Ctrl-C at birth", m.stopsAtBirth)
	t.Run("a port in use", m.refusesTakenPorts)
	t.Run("bad commands", m.refusesBadCommands)
}

// market is a market in a home of its own, seen from outside.
type market struct {
	program
	whole    *testing.T // lives as long as the market
	dir      string
	port     int
	card     card
	ready    time.Time
	meter    *meter
	stranger *process
	joined   time.Time // when the stranger's command was given
	guided   []guided
}

// card is what `dendra up --json` prints.
type card struct {
	ReadySeconds float64 `json:"ready_seconds"`
	API          string  `json:"api"`
	APIKey       string  `json:"api_key"`
	Explorer     string  `json:"explorer"`
	RPC          string  `json:"rpc"`
	GRPC         string  `json:"grpc"`
	REST         string  `json:"rest"`
	Home         string  `json:"home"`
	PID          int     `json:"pid"`
	Resumed      bool    `json:"resumed"`
}

func newMarket(t *testing.T) *market {
	t.Helper()
	m := &market{program: build(t), whole: t, dir: filepath.Join(t.TempDir(), "market"), port: freePorts(t)}
	m.mustEnd(t, m.dir)
	return m
}

// mustEnd makes sure that no market of the home outlives the test.
func (m *market) mustEnd(t *testing.T, home string) {
	kill := func() {
		pid := m.holder(home)
		if target, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/exe"); err == nil && target == m.path {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have just ended
		}
	}
	var late *time.Timer
	if deadline, ok := t.Deadline(); ok { // beyond it the test's process ends without cleaning up
		late = time.AfterFunc(time.Until(deadline)-10*time.Second, kill)
	}
	t.Cleanup(func() {
		if late != nil {
			late.Stop()
		}
		if r := m.run(t, "down", "--home", home); r.code != 0 && !strings.Contains(r.stderr, "not_running") {
			kill()
		}
	})
}

// holder is the process that the lock of a home names; 0 when there is none.
func (m *market) holder(home string) int {
	raw, err := os.ReadFile(filepath.Join(home, "lock"))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		return 0
	}
	return pid
}

// do runs a command on the market that must succeed, and reads its JSON.
func (m *market) do(t *testing.T, into any, args ...string) {
	t.Helper()
	m.ok(t, into, append(args, "--home", m.dir)...)
}

// refuse runs a command on the market that must fail with exit code 1.
func (m *market) refuse(t *testing.T, args ...string) complaint {
	t.Helper()
	return m.fails(t, 1, append(args, "--home", m.dir)...)
}

// up starts the market, or finds it running.
func (m *market) up(t *testing.T) {
	t.Helper()
	m.card = card{}
	m.do(t, &m.card, "up", "--detach", "--port", strconv.Itoa(m.port))
	require.Positive(t, m.card.PID)
	require.Equal(t, m.card.PID, m.holder(m.dir))
}

func (m *market) starts(t *testing.T) {
	var printed map[string]any
	m.do(t, &printed, "up", "--detach", "--port", strconv.Itoa(m.port))
	m.ready = time.Now()
	for _, field := range []string{"ready_seconds", "api", "api_key", "explorer", "rpc", "grpc", "rest", "home", "pid"} {
		require.NotEmpty(t, printed[field], field)
	}
	m.up(t)
	require.Equal(t, printed["pid"], float64(m.card.PID), "a second up must find the first")
	require.Equal(t, printed["ready_seconds"], m.card.ReadySeconds)
	require.Equal(t, m.dir, m.card.Home)
	require.False(t, m.card.Resumed)
	m.meter = startMeter(m.whole, m.card.PID, m.ready)
	record(t, "ready_seconds", m.card.ReadySeconds)
	require.Less(t, m.card.ReadySeconds, 60.0)

	again := m.run(t, "up", "--detach", "--home", m.dir)
	require.Zero(t, again.code, again)
	require.Contains(t, again.stdout, "already running")
	require.Contains(t, again.stdout, m.card.API)
	require.LessOrEqual(t, strings.Count(again.stdout, "\n"), 25, "the card must fit a screen")
	require.Contains(t, m.run(t, "status", "--home", m.dir).stdout, m.card.API)
}

func (m *market) goesDown(t *testing.T) {
	var said struct{ Stopped, Killed bool }
	m.do(t, &said, "down")
	require.True(t, said.Stopped)
	require.False(t, said.Killed, "the market must end by itself")
	m.nothingRuns(t)
	again := m.refuse(t, "down")
	require.Equal(t, "not_running", again.Code)
	require.Contains(t, again.Fix, "dendra up")
	require.Equal(t, "not_running", m.refuse(t, "status").Code)
}

// nothingRuns checks that the market has left no process and no open port.
func (m *market) nothingRuns(t *testing.T) {
	t.Helper()
	require.False(t, alive(m.card.PID), "process %d still runs", m.card.PID)
	require.True(t, portsFree(m.port, portCount), "somebody still listens on %d..%d", m.port, m.port+portCount-1)
}

// alive reports whether a process runs; one that has ended and only waits to be counted does not.
func alive(pid int) bool {
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return false
	}
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return !errors.Is(err, os.ErrNotExist) || !hasProc()
	}
	_, rest, _ := strings.Cut(string(raw), ") ")
	return !strings.HasPrefix(rest, "Z")
}

func hasProc() bool {
	_, err := os.Stat("/proc/self/stat")
	return err == nil
}

// web is for the open doors; every request has a deadline.
var web = &http.Client{Timeout: 20 * time.Second}

// get fetches a URL; height 0 is the newest.
func get(t *testing.T, url string, height int64) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, url, nil)
	require.NoError(t, err)
	if height > 0 {
		req.Header.Set("x-cosmos-block-height", strconv.FormatInt(height, 10))
	}
	res, err := web.Do(req)
	require.NoError(t, err)
	return res.StatusCode, readAll(t, res)
}

// getJSON fetches a URL that must answer, and reads its JSON.
func getJSON(t *testing.T, url string, height int64, into any) {
	t.Helper()
	status, body := get(t, url, height)
	require.Equal(t, http.StatusOK, status, body)
	require.NoError(t, json.Unmarshal([]byte(body), into), body)
}
