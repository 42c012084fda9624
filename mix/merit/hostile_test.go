package merit_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix/merit"
)

// What is no probability costs its sender, and nobody else.
func TestHostileAnswersEarnNothing(t *testing.T) {
	same := func(v float64) func(*world) []float64 {
		return func(w *world) []float64 {
			list := make([]float64, len(w.hard))
			for i := range list {
				list[i] = v
			}
			return list
		}
	}
	for name, answers := range map[string]func(*world) []float64{
		"zero": same(0), "negative": same(-1), "above one": same(7), "NaN": same(math.NaN()), "infinite": same(math.Inf(1)),
		"minus infinite": same(math.Inf(-1)), "uniform": same(1.0 / 256), "tiny": same(math.SmallestNonzeroFloat64),
	} {
		t.Run(name, func(t *testing.T) {
			honest := newWorld(5, 100)
			honest.add("left", 10, honest.answers(2, 0))
			honest.add("right", 20, honest.answers(0, 2))
			without := judge(t, &merit.State{}, honest.p)
			honest.add("hostile", 1, answers(honest))
			with := judge(t, &merit.State{}, honest.p)
			require.False(t, with.Miners[2].Admitted)
			require.Zero(t, with.Miners[2].Share)
			require.LessOrEqual(t, with.Miners[2].Loss, 18.01)
			require.InDelta(t, without.Miners[0].Share, with.Miners[0].Share, 0.05)
		})
	}
}

func TestNobodyAnswers(t *testing.T) {
	w := newWorld(6, 100)
	w.add("silent", 1, nil)
	r := judge(t, &merit.State{}, w.p)
	require.Equal(t, -1, r.Best)
	require.Equal(t, r.Base, r.Mixture)
	require.Equal(t, "did not answer", r.Miners[0].Reason)
	w.p.Miners = nil
	require.Empty(t, judge(t, &merit.State{}, w.p).Miners)
}

func TestPanelsThatCannotBeJudged(t *testing.T) {
	for name, spoil := range map[string]func(*merit.Panel){
		"no positions":        func(p *merit.Panel) { p.Positions, p.Base = nil, nil },
		"too many positions":  func(p *merit.Panel) { p.Positions = make([]merit.Position, merit.MaxPositions+1) },
		"short base":          func(p *merit.Panel) { p.Base = p.Base[1:] },
		"too many miners":     func(p *merit.Panel) { p.Miners = make([]merit.Miner, merit.MaxMiners+1) },
		"too much prior art":  func(p *merit.Panel) { p.Prior = make([]merit.Artifact, merit.MaxPrior+1) },
		"nameless":            func(p *merit.Panel) { p.Miners[0].ID = "" },
		"long name":           func(p *merit.Panel) { p.Miners[0].Model = strings.Repeat("x", 129) },
		"twice":               func(p *merit.Panel) { p.Miners = append(p.Miners, p.Miners[0]) },
		"short answers":       func(p *merit.Panel) { p.Miners[0].Likelihoods = p.Base[1:] },
		"short prior answers": func(p *merit.Panel) { p.Prior = []merit.Artifact{{Owner: "x"}} },
		"before the last":     func(p *merit.Panel) { p.Height = 99 },
		"few passages": func(p *merit.Panel) {
			for i := range p.Positions {
				p.Positions[i].Passage %= 7
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(1, 100)
			w.add("left", 1, w.answers(1, 1))
			state := &merit.State{}
			judge(t, state, w.p)
			before, err := state.Bytes()
			require.NoError(t, err)
			spoil(&w.p)
			_, err = state.Judge(w.p)
			require.ErrorIs(t, err, merit.ErrPanel)
			after, err := state.Bytes()
			require.NoError(t, err)
			require.Equal(t, before, after)
		})
	}
}

// A full subnet's memory is within bounds.
func TestManyMiners(t *testing.T) {
	w := newWorld(1, 100)
	for i := range merit.MaxMiners {
		w.add(fmt.Sprintf("miner-%03d-%s", i, strings.Repeat("x", 40)), int64(i), nil)
		if i < 20 {
			w.p.Miners[i].Likelihoods = w.answers(1, 1)
		}
	}
	state := &merit.State{}
	r := judge(t, state, w.p)
	require.Greater(t, r.Gain, 0.0)
	raw, err := state.Bytes()
	require.NoError(t, err)
	require.LessOrEqual(t, len(raw), 600<<10)
}

func stateBytes(t testing.TB) []byte {
	w := newWorld(1, 100)
	w.add("left", 1, w.answers(1, 1))
	state := &merit.State{}
	_, err := state.Judge(w.p)
	require.NoError(t, err)
	raw, err := state.Bytes()
	require.NoError(t, err)
	return raw
}

func TestParseRefuses(t *testing.T) {
	good := stateBytes(t)
	for name, raw := range map[string][]byte{
		"garbage":        []byte("garbage"),
		"trailing":       append(bytes.Clone(good), "{}"...),
		"other layout":   bytes.Replace(good, []byte(`"Layout":2`), []byte(`"Layout":1`), 1),
		"unknown field":  bytes.Replace(good, []byte(`"Layout":2`), []byte(`"Layout":2,"More":2`), 1),
		"nameless":       bytes.Replace(good, []byte(`"ID":"left"`), []byte(`"ID":""`), 1),
		"negative count": bytes.Replace(good, []byte(`"Panels":1`), []byte(`"Panels":-1`), 1),
		"large":          bytes.Repeat([]byte(" "), merit.MaxStateBytes+1),
		"short gate":     bytes.Replace(good, []byte(`"Squares":"`), []byte(`"Squares":"AAAA`), 1),
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEqual(t, good, raw)
			_, err := merit.Parse(raw)
			require.ErrorIs(t, err, merit.ErrState)
		})
	}
}

// Whatever Parse takes, a panel can be judged with, and what comes out can be written and read again.
func FuzzParse(f *testing.F) {
	good := stateBytes(f)
	f.Add([]byte{})
	f.Add([]byte(`{"Layout":2}`))
	f.Add(good)
	w := newWorld(1, 100)
	w.add("left", 1, w.answers(1, 1))
	f.Fuzz(func(t *testing.T, raw []byte) {
		state, err := merit.Parse(raw)
		if err != nil {
			return
		}
		p := w.p
		p.Height = state.Height
		judge(t, state, p)
		again, err := state.Bytes()
		require.NoError(t, err)
		_, err = merit.Parse(again)
		require.NoError(t, err)
	})
}
