package gateway

import (
	"sync"
	"time"

	"github.com/dendra-net/dendra/gateway/requestlog"
	"github.com/dendra-net/dendra/neuron"
)

// smoothing is the weight of the newest latency in a miner's average.
const smoothing = 0.2

// mode is how an answer is asked for; the two have latencies of their own.
type mode int

const (
	wholeMode mode = iota
	streamMode
)

// minerKey names a miner across gateways' restarts of it: the hotkey on a subnet, not the slot.
type minerKey struct {
	netuid uint16
	hotkey neuron.Address
}

// standing is what the gateway itself has seen of a miner.
type standing struct {
	firstByte [2]time.Duration // by mode: moving average of the time to the first byte, zero when unmeasured
	asked     uint64
	failed    uint64
	streak    int       // failures in a row
	rest      time.Time // not asked before, unless nobody else is left
	measured  time.Time // end of the last attempt
	inFlight  int
	last      string // outcome of the last attempt
}

// latency is the average for a mode, that of the other where there is none, zero when nothing was measured.
func (s standing) latency(m mode) time.Duration {
	if s.firstByte[m] > 0 {
		return s.firstByte[m]
	}
	return s.firstByte[1-m]
}

func (s standing) resting(now time.Time) bool { return now.Before(s.rest) }

// scoreboard keeps the standing of every miner asked.
type scoreboard struct {
	coolDown, maxCoolDown time.Duration
	now                   func() time.Time

	mu     sync.Mutex
	miners map[minerKey]*standing
}

func newScoreboard(l Limits, now func() time.Time) *scoreboard {
	return &scoreboard{coolDown: l.CoolDown, maxCoolDown: l.MaxCoolDown, now: now, miners: map[minerKey]*standing{}}
}

// of returns the standing of a miner, zero for one that was never asked.
func (b *scoreboard) of(k minerKey) standing {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s, ok := b.miners[k]; ok {
		return *s
	}
	return standing{}
}

// begin notes that k is being asked.
func (b *scoreboard) begin(k minerKey) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, ok := b.miners[k]
	if !ok {
		s = &standing{}
		b.miners[k] = s
	}
	s.inFlight++
}

// end notes how asking k went. latency is zero when none came; wait is what a busy miner asked for.
func (b *scoreboard) end(k minerKey, m mode, outcome string, latency, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.miners[k]
	s.inFlight--
	if outcome == requestlog.Cancelled { // says nothing about the miner
		return
	}
	now := b.now()
	s.asked++
	s.last, s.measured = outcome, now
	switch outcome {
	case requestlog.Answered, requestlog.Refused:
		s.streak, s.rest = 0, time.Time{}
		smooth(&s.firstByte[m], latency)
	case requestlog.Busy:
		s.rest = now.Add(min(max(wait, b.coolDown), b.maxCoolDown))
	default:
		s.failed++
		s.rest = now.Add(b.restAfter(s.streak))
		s.streak++
	}
}

// restAfter doubles the cool-down with every failure before.
func (b *scoreboard) restAfter(failures int) time.Duration {
	rest := b.coolDown
	for range failures {
		if rest >= b.maxCoolDown {
			break
		}
		rest *= 2
	}
	return min(rest, b.maxCoolDown)
}

// smooth moves an average toward the newest measurement, which is zero when there is none.
func smooth(average *time.Duration, newest time.Duration) {
	switch {
	case newest <= 0:
	case *average == 0:
		*average = newest
	default:
		*average += time.Duration(smoothing * float64(newest-*average))
	}
}

// keep forgets the miners of netuid that are not live.
func (b *scoreboard) keep(netuid uint16, live map[neuron.Address]bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for k, s := range b.miners {
		if k.netuid == netuid && !live[k.hotkey] && s.inFlight == 0 {
			delete(b.miners, k)
		}
	}
}
