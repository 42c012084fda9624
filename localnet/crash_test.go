package localnet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/localnet"
)

// facts is all that may not change about a height that has passed: answers of the doors by what was asked.
type facts map[string]string

func (m *market) factsAt(t *testing.T, height int64) facts {
	t.Helper()
	f := facts{"block": m.blockHash(t, height)}
	paths := []string{"/dendra/emission/v1/supply", "/dendra/guard/v1/invariants", "/cosmos/bank/v1beta1/supply", "/dendra/stake/v1/hotkeys"}
	for _, wallet := range []string{"alice", "bob", "carol", "me"} {
		address := m.address(t, wallet)
		paths = append(paths, "/cosmos/bank/v1beta1/balances/"+address, "/dendra/stake/v1/coldkeys/"+address+"/holdings")
	}
	for netuid := 1; netuid <= subnetCount(); netuid++ {
		for _, what := range []string{"metagraph", "rows", "bonds", "commits"} {
			paths = append(paths, fmt.Sprintf("/dendra/weights/v1/subnets/%d/%s", netuid, what))
		}
	}
	for _, path := range paths {
		status, body := get(t, m.card.REST+path, height)
		require.Equal(t, http.StatusOK, status, "%s: %s", path, body)
		f[path] = body
	}
	return f
}

// kill ends the market's process as a power cut would.
func (m *market) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, syscall.Kill(m.card.PID, syscall.SIGKILL))
	m.awaitEnd(t, m.card.PID)
}

func (m *market) awaitEnd(t *testing.T, pid int) {
	t.Helper()
	eventually(t, time.Minute, "the end of the process", func() bool { return !alive(pid) })
}

// pause waits for a moment that nobody chose.
func pause(t *testing.T, most time.Duration) {
	t.Helper()
	moment := time.Duration(rand.Int64N(int64(most)))
	t.Logf("killed %s later", moment.Round(time.Millisecond))
	select {
	case <-time.After(moment):
	case <-t.Context().Done():
	}
}

// customer asks one question after the other until the gateway is gone, and remembers which were answered.
func (m *market) customer(ctx context.Context) (answered func() []string) {
	var ids []string
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			id, err := askOnce(ctx, m.card)
			if err != nil {
				return
			}
			ids = append(ids, id)
		}
	}()
	return func() []string { <-ended; return ids }
}

func askOnce(ctx context.Context, c card) (id string, err error) {
	body := strings.NewReader(`{"model":"text","messages":[{"role":"user","content":"What is 3 + 4?"}]}`)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.API+"/chat/completions", body)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+c.APIKey)
	res, err := web.Do(req)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(io.Discard, res.Body)
	if err = errors.Join(err, res.Body.Close()); err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", res.StatusCode)
	}
	return res.Header.Get("Dendra-Request-Id"), err
}

func (m *market) survivesKills(t *testing.T) {
	for range 3 {
		height := m.height(t)
		before := m.factsAt(t, height)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		answered := m.customer(ctx)
		pause(t, 2*time.Second)
		m.kill(t)
		ids := answered()
		cancel()
		m.up(t)
		require.True(t, m.card.Resumed)
		record(t, "ready_again_seconds", m.card.ReadySeconds)
		require.Equal(t, before, m.factsAt(t, height), "what was true of height %d", height)
		eventually(t, time.Minute, "new blocks", func() bool { return m.height(t) > height+1 })
		t.Logf("%d questions were answered before the kill", len(ids))
		require.NotEmpty(t, ids)
		for _, id := range ids[max(0, len(ids)-20):] {
			var r logged
			m.do(t, &r, "request", "show", id)
			require.Equal(t, "answered", r.Outcome, "an answered request must stay in the log")
		}
		m.ask(t, question)
	}
	m.killWhileStarting(t)
	m.paysAgain(t)
}

// killWhileStarting kills a market that is coming up.
func (m *market) killWhileStarting(t *testing.T) {
	height := m.height(t)
	before := m.factsAt(t, height)
	m.kill(t)
	half := m.start(t, "up", "--home", m.dir, "--port", strconv.Itoa(m.port))
	pause(t, 1500*time.Millisecond)
	require.NoError(t, half.cmd.Process.Kill())
	<-half.ended
	m.up(t)
	require.Equal(t, before, m.factsAt(t, height))
}

// paysAgain waits for an epoch that pays for votes committed and revealed since the restart.
func (m *market) paysAgain(t *testing.T) {
	restarted := m.height(t)
	validators := len(localnet.Default().Validators)
	for netuid := 1; netuid <= subnetCount(); netuid++ {
		eventually(t, 5*epochTime, fmt.Sprintf("pay for new votes in subnet %d", netuid), func() bool { return m.paidFor(t, netuid, restarted) == validators })
		require.InDelta(t, 1, totalIncentive(m.subnet(t, netuid, 0)), 1e-6)
	}
	require.True(t, m.stranger.running(), "a miner must live through the chain's absence: %s", m.stranger.err)
	require.Positive(t, m.me(t).Incentive, "and go on earning")
}

// paidFor counts the validators that the newest epoch paid for a vote committed after a height, and revealed since.
func (m *market) paidFor(t *testing.T, netuid int, height int64) (n int) {
	t.Helper()
	weights := fmt.Sprintf("%s/dendra/weights/v1/subnets/%d/", m.card.REST, netuid)
	var epoch struct{ Epoch struct{ Last string } }
	getJSON(t, weights+"epoch", 0, &epoch)
	closed, err := strconv.ParseInt(epoch.Epoch.Last, 10, 64)
	require.NoError(t, err)
	var votes struct {
		Rows []struct {
			UID   int
			SetAt string `json:"set_at"`
		}
	}
	getJSON(t, weights+"rows", closed, &votes)
	neurons := m.subnet(t, netuid, closed).Neurons
	for _, v := range votes.Rows {
		if paid := neurons[v.UID]; int64(rao(t, v.SetAt)) > height && paid.Dividend > 0 && rao(t, paid.EmissionRao) > 0 {
			n++
		}
	}
	return n
}

// stopsClean brings the market up in the foreground and ends it with the signal of Ctrl-C.
func (m *market) stopsClean(t *testing.T) {
	require.NotNil(t, m.stranger)
	require.Zero(t, m.stranger.stop(t), "%s", m.stranger.err)
	m.do(t, &struct{}{}, "down")
	m.nothingRuns(t)

	front := m.start(t, "up", "--home", m.dir, "--port", strconv.Itoa(m.port))
	eventually(t, time.Minute, "the card", func() bool {
		require.True(t, front.running(), "%s", front.err)
		return strings.Contains(front.out.String(), m.card.API) && strings.Contains(front.err.String(), "Ready in ")
	})
	card, _, _ := strings.Cut(front.out.String(), "height ")
	require.LessOrEqual(t, strings.Count(card, "\n"), 25, "the card must fit a screen")
	m.do(t, &m.card, "status")
	require.Equal(t, front.cmd.Process.Pid, m.card.PID)
	height := m.height(t)
	before := m.factsAt(t, height)
	require.Zero(t, front.stop(t), "%s", front.err)
	require.Contains(t, front.err.String(), "stopped; the state is kept in")
	m.nothingRuns(t)

	m.up(t)
	require.True(t, m.card.Resumed)
	require.Equal(t, before, m.factsAt(t, height))
	m.ask(t, question)
}

// survivesKillsAtBirth kills new markets while they make their home: the next up must finish the work.
func (m *market) survivesKillsAtBirth(t *testing.T) {
	for i, most := range []time.Duration{300 * time.Millisecond, 800 * time.Millisecond, 2 * time.Second} {
		home := filepath.Join(t.TempDir(), fmt.Sprintf("born-%d", i))
		m.mustEnd(t, home)
		args := []string{"up", "--home", home, "--port", strconv.Itoa(m.port)}
		newborn := m.start(t, args...)
		pause(t, most)
		require.NoError(t, newborn.cmd.Process.Kill())
		<-newborn.ended
		var c card
		m.ok(t, &c, append(args, "--detach")...)
		m.ok(t, &struct{}{}, "down", "--home", home)
	}
}

// stopsAtBirth presses Ctrl-C while a detached market comes up: nothing may stay behind.
func (m *market) stopsAtBirth(t *testing.T) {
	home := filepath.Join(t.TempDir(), "market")
	m.mustEnd(t, home)
	waiting := m.start(t, "up", "--detach", "--home", home, "--port", strconv.Itoa(m.port))
	eventually(t, time.Minute, "the market's process", func() bool { return m.holder(home) != 0 })
	pid := m.holder(home)
	require.NotZero(t, waiting.stop(t))
	m.awaitEnd(t, pid)
	require.True(t, portsFree(m.port, portCount))
	require.Equal(t, "not_running", m.fails(t, 1, "status", "--home", home).Code)
}
