package gateway

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/gateway/requestlog"
	"github.com/dendra-net/dendra/neuron"
)

// still is a clock that tests move.
type still struct{ at time.Time }

func (s *still) now() time.Time { return s.at }

func router(t *testing.T) (*Gateway, *still) {
	t.Helper()
	clock := &still{at: time.Unix(1_700_000_000, 0)}
	cfg := Config{Now: clock.now, Random: rand.New(rand.NewPCG(1, 2)).Float64}.withDefaults()
	return &Gateway{cfg: cfg, board: newScoreboard(cfg.Limits, cfg.Now)}, clock
}

func miner(uid uint16, incentive float64) neuron.Neuron {
	return neuron.Neuron{UID: uid, Hotkey: neuron.Address(rune('a' + uid)), Incentive: incentive, Endpoint: "http://127.0.0.1:1"}
}

// seen makes the gateway have measured a miner.
func seen(g *Gateway, n neuron.Neuron, outcome string, firstByte time.Duration) {
	k := minerKey{1, n.Hotkey}
	g.board.begin(k)
	g.board.end(k, wholeMode, outcome, firstByte, 0)
}

// firsts counts who comes first in n draws.
func firsts(t *testing.T, g *Gateway, s neuron.Subnet, n int) map[uint16]int {
	t.Helper()
	got := map[uint16]int{}
	for range n {
		order, err := g.choose(Model{}, s, pin{}, wholeMode)
		require.NoError(t, err)
		got[order[0].UID]++
	}
	return got
}

func TestServingLeavesOutValidatorsAndBadEndpoints(t *testing.T) {
	s := neuron.Subnet{Neurons: []neuron.Neuron{
		miner(0, 0.5),
		{UID: 1, Endpoint: "http://v", Permit: true, Dividend: 0.3},
		{UID: 2, Endpoint: "http://v", Permit: true, ValidatorTrust: 0.3},
		{UID: 3, Endpoint: "http://both", Permit: true, Dividend: 0.3, Incentive: 0.1},
		{UID: 4, Endpoint: ""},
		{UID: 5, Endpoint: "file:///etc/passwd"},
		{UID: 6, Endpoint: "http://user:pass@host"},
		{UID: 7, Endpoint: "http://host?x=1"},
		{UID: 8, Endpoint: "::not a url"},
		{UID: 9, Endpoint: "https://fresh", Permit: true},
	}}
	var uids []uint16
	for _, n := range serving(s) {
		uids = append(uids, n.UID)
	}
	require.Equal(t, []uint16{0, 3, 9}, uids)
}

func TestChoiceFollowsIncentiveAndLatency(t *testing.T) {
	g, _ := router(t)
	s := neuron.Subnet{Netuid: 1, Neurons: []neuron.Neuron{miner(0, 0.6), miner(1, 0.3), miner(2, 0.1), miner(3, 0), miner(4, 0)}}
	got := firsts(t, g, s, 4000)
	require.InDelta(t, 4000*0.6*0.95, got[0], 150)
	require.InDelta(t, 4000*0.3*0.95, got[1], 150)
	require.InDelta(t, 4000*0.1*0.95, got[2], 100)
	require.InDelta(t, 4000*0.025, got[3], 60, "newcomers share the exploration floor")
	require.InDelta(t, 4000*0.025, got[4], 60)

	for _, n := range s.Neurons {
		seen(g, n, requestlog.Answered, 100*time.Millisecond)
	}
	for range 50 {
		seen(g, s.Neurons[0], requestlog.Answered, time.Second)
	}
	got = firsts(t, g, s, 4000)
	require.Greater(t, got[1], 3*got[0], "ten times as slow outweighs twice the incentive")
	require.Positive(t, got[0])
}

func TestSeniorsComeFirstWhileNobodyHasIncentive(t *testing.T) {
	g, _ := router(t)
	s := neuron.Subnet{Netuid: 1, Neurons: []neuron.Neuron{miner(0, 0), miner(1, 0), miner(2, 0)}}
	s.Neurons[0].RegisteredAt = 9 // uid 0 was given to a newcomer
	got := firsts(t, g, s, 7300)
	require.InDelta(t, 6400, got[1], 200)
	require.InDelta(t, 800, got[2], 150)
	require.InDelta(t, 100, got[0], 60)
	s.Neurons[0].Incentive = 0.2
	require.Greater(t, firsts(t, g, s, 1000)[0], 900, "incentive outweighs age")
}

func TestFailedMinersRestLongerEachTime(t *testing.T) {
	g, clock := router(t)
	s := neuron.Subnet{Netuid: 1, Neurons: []neuron.Neuron{miner(0, 0.9), miner(1, 0.1)}}
	rest := g.cfg.Limits.CoolDown
	for range 12 {
		seen(g, s.Neurons[0], requestlog.Timeout, 0)
		require.Zero(t, firsts(t, g, s, 50)[0])
		order, err := g.choose(Model{}, s, pin{}, wholeMode)
		require.NoError(t, err)
		require.Len(t, order, 2, "it is still there when the others fail")
		clock.at = clock.at.Add(rest - time.Nanosecond)
		require.Zero(t, firsts(t, g, s, 50)[0])
		clock.at = clock.at.Add(time.Nanosecond)
		require.Positive(t, firsts(t, g, s, 50)[0])
		rest = min(2*rest, g.cfg.Limits.MaxCoolDown)
	}
	require.Equal(t, g.cfg.Limits.MaxCoolDown, rest)
	seen(g, s.Neurons[0], requestlog.Answered, time.Millisecond)
	seen(g, s.Neurons[0], requestlog.Garbage, 0)
	require.Equal(t, clock.at.Add(g.cfg.Limits.CoolDown), g.board.of(minerKey{1, s.Neurons[0].Hotkey}).rest, "one success forgives")
}

func TestBusyMinersRestAsTheyAsk(t *testing.T) {
	g, clock := router(t)
	n := miner(0, 1)
	k := minerKey{1, n.Hotkey}
	for wait, want := range map[time.Duration]time.Duration{0: 2 * time.Second, 7 * time.Second: 7 * time.Second, time.Hour: 5 * time.Minute} {
		g.board.begin(k)
		g.board.end(k, wholeMode, requestlog.Busy, 0, wait)
		require.Equal(t, clock.at.Add(want), g.board.of(k).rest)
	}
	require.Zero(t, g.board.of(k).failed)
}

func TestClientsLeavingSaysNothingAboutTheMiner(t *testing.T) {
	g, _ := router(t)
	seen(g, miner(0, 1), requestlog.Cancelled, time.Second)
	require.Equal(t, standing{}, g.board.of(minerKey{1, miner(0, 1).Hotkey}))
}

func TestAllRestingTriesTheOneThatRestsShortest(t *testing.T) {
	g, clock := router(t)
	s := neuron.Subnet{Netuid: 1, Neurons: []neuron.Neuron{miner(0, 0.9), miner(1, 0.1)}}
	seen(g, s.Neurons[1], requestlog.Cut, 0)
	clock.at = clock.at.Add(time.Millisecond)
	seen(g, s.Neurons[0], requestlog.Cut, 0)
	require.Equal(t, 100, firsts(t, g, s, 100)[1])
}

func TestPinsChooseInOrder(t *testing.T) {
	g, _ := router(t)
	s := neuron.Subnet{Netuid: 1, Neurons: []neuron.Neuron{miner(0, 0.9), miner(1, 0.1), miner(2, 0), {UID: 3}}}
	order, err := g.choose(Model{}, s, pin{uids: []uint16{2, 0, 2}}, wholeMode)
	require.NoError(t, err)
	require.Equal(t, "2, 0", tell(order))
	order, err = g.choose(Model{}, s, pin{uids: []uint16{2, 0, 1}, maxAttempts: 1}, wholeMode)
	require.NoError(t, err)
	require.Equal(t, "2", tell(order))
	order, err = g.choose(Model{}, s, pin{maxAttempts: 100}, wholeMode)
	require.NoError(t, err)
	require.Len(t, order, 3, "never more than the gateway's own limit")

	_, err = g.choose(Model{}, s, pin{uids: []uint16{1, 3}}, wholeMode)
	require.ErrorContains(t, err, "dendra.uids[1]: subnet 1 has no serving neuron 3")
	_, err = g.choose(Model{}, neuron.Subnet{Netuid: 1, Neurons: []neuron.Neuron{{UID: 3}}}, pin{}, wholeMode)
	require.ErrorContains(t, err, "503 no_miner: subnet 1 has 1 neuron and none of them serves")
}

func TestScoreboardForgetsTheGone(t *testing.T) {
	g, _ := router(t)
	seen(g, miner(0, 1), requestlog.Answered, time.Second)
	seen(g, miner(1, 1), requestlog.Answered, time.Second)
	g.board.keep(1, map[neuron.Address]bool{miner(1, 1).Hotkey: true})
	require.Len(t, g.board.miners, 1)
	g.board.keep(2, nil)
	require.Len(t, g.board.miners, 1)
}

// Second questions are a small share of all, so that a slow network is not asked everything twice.
func TestSecondQuestionsAreBounded(t *testing.T) {
	h := hedgeBudget{left: hedgeBurst}
	count := func(requests int) (taken int) {
		for range requests {
			h.earn()
			if h.take() {
				taken++
			}
		}
		return taken
	}
	require.Equal(t, 8, count(8), "a burst is allowed")
	require.InDelta(t, 50, count(1000), 1)
	for range 1000 {
		h.earn()
	}
	require.Equal(t, 8, count(8), "unused shares do not pile up")
	require.Zero(t, count(8))
}

func TestPatienceGrowsWithLatencyAndPrompt(t *testing.T) {
	g, _ := router(t)
	s := neuron.Subnet{Netuid: 1, Neurons: []neuron.Neuron{miner(0, 0.9), miner(1, 0.1)}}
	require.Equal(t, 3*time.Second, g.patienceWith(1, s.Neurons, chatRequest{}), "the least there is")
	seen(g, s.Neurons[0], requestlog.Answered, time.Second)
	seen(g, s.Neurons[1], requestlog.Answered, 400*time.Millisecond)
	require.Equal(t, 8*time.Second, g.patienceWith(1, s.Neurons, chatRequest{}), "twenty times the fastest")
	require.Equal(t, 10*time.Second, g.patienceWith(1, s.Neurons, chatRequest{prompt: 1000}))
}

func TestAliasesAreAnsweredByValidators(t *testing.T) {
	g, _ := router(t)
	judge := miner(1, 0)
	judge.Permit, judge.Dividend = true, 0.5
	silent := neuron.Neuron{UID: 2, Permit: true}
	s := neuron.Subnet{Netuid: 1, Neurons: []neuron.Neuron{miner(0, 0.9), judge, silent}}
	order, err := g.choose(Model{}, s, pin{}, wholeMode)
	require.NoError(t, err)
	require.Equal(t, "0", tell(order))
	order, err = g.choose(Model{Validators: true}, s, pin{}, wholeMode)
	require.NoError(t, err)
	require.Equal(t, "1", tell(order))
	_, err = g.choose(Model{Validators: true}, s, pin{uids: []uint16{0}}, wholeMode)
	require.ErrorContains(t, err, "no serving neuron 0")
}

func TestAliasesGiveWayToSubnets(t *testing.T) {
	models := []Model{{ID: "mixture", Netuid: 3}, {ID: "taken", Netuid: 4}}
	all := withAliases(models, []Alias{{ID: "collective", Subnet: "mixture"}, {ID: "taken", Subnet: "mixture"}, {ID: "lost", Subnet: "gone"}})
	require.Equal(t, append(models, Model{ID: "collective", Netuid: 3, Validators: true}), all)
}
