package collective

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/mix/merit"
)

// behaviour is how a miner answers: distributions at every position of an epoch. It is called once per epoch and must
// not change what the epoch holds.
type behaviour func(e *epoch, number int, r *rand.Rand) []mix.Dist

// player is a miner of a market.
type player struct {
	id    string
	owner string
	since int64
	from  int // epoch in which it first answers
	until int // epoch in which it is gone; 0 when it stays
	act   behaviour
}

// ordinary is a miner that answers with a model of the laboratory.
func ordinary(name string, since int64) player {
	return player{id: name, since: since, act: model(name)}
}

func model(name string) behaviour {
	return func(e *epoch, _ int, _ *rand.Rand) []mix.Dist { return e.dists(name) }
}

// opens is the height at which an epoch's exam is held. Everybody who is there from the start has registered before.
func opens(epoch int) int64 { return int64(epoch+1) * 1000 }

// there says whether p is there in an epoch.
func (p player) there(epoch int) bool { return p.from <= epoch && (p.until == 0 || epoch < p.until) }

// joins is p as one that registers while the market runs, and first answers in that epoch.
func (p player) joins(epoch int) player {
	p.since, p.from = opens(epoch)-500, epoch
	return p
}

// history is what a market brought, epoch by epoch and by miner.
type history struct {
	results []merit.Result
	players []player
}

// play lets the players of a market be judged on the epochs of a world.
func play(w *world, players []player) (*history, error) {
	h := &history{players: players}
	var state merit.State
	for number, e := range w.epochs {
		panel := merit.Panel{Height: opens(number), Positions: e.positions, Base: e.column(e.dists("base")), Cache: e.cache}
		var answers [][]mix.Dist
		for k, p := range players {
			if !p.there(number) {
				continue
			}
			dists := p.act(e, number, rand.New(rand.NewPCG(w.seed, uint64(number*100+k))))
			answers = append(answers, dists)
			panel.Miners = append(panel.Miners, merit.Miner{ID: p.id, Owner: p.owner, Since: p.since, Likelihoods: e.column(dists)})
		}
		if e.failed != nil {
			return nil, e.failed
		}
		derive := merit.Derivations(func(m merit.Member, i int) *mix.Dist { return &answers[m.Index][i] }, e.truth)
		panel.Derive = e.once(derive, panel.Miners)
		result, err := state.Judge(panel)
		if err != nil {
			return nil, fmt.Errorf("judge epoch %d: %w", number, err)
		}
		h.results = append(h.results, result)
	}
	return h, nil
}

// once remembers what was derived: markets of the same honest miners ask for the same.
func (e *epoch) once(derive merit.Deriver, miners []merit.Miner) merit.Deriver {
	return func(members []merit.Member, weights [][]float64) [][]float64 {
		h := fnv.New128a()
		for _, m := range members {
			for _, p := range miners[m.Index].Likelihoods {
				h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(p)))
			}
		}
		for _, row := range weights {
			for _, v := range row {
				h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
			}
		}
		key := string(h.Sum(nil))
		if _, ok := e.derived[key]; !ok {
			e.derived[key] = derive(members, weights)
		}
		return e.derived[key]
	}
}

// standing is what an epoch said of a miner; nil when it was not there.
func (h *history) standing(epoch int, id string) *merit.Standing {
	at := 0
	for _, p := range h.players {
		if !p.there(epoch) {
			continue
		}
		if p.id == id {
			return &h.results[epoch].Miners[at]
		}
		at++
	}
	return nil
}

// pay is the mean share of a miner in the epochs from one on.
func (h *history) pay(id string, from int) float64 {
	sum := 0.0
	for e := from; e < len(h.results); e++ {
		if s := h.standing(e, id); s != nil {
			sum += s.Share
		}
	}
	return sum / float64(len(h.results)-from)
}

// world is the text of a number of epochs and what every expert says of it.
type world struct {
	seed     uint64
	epochs   []*epoch
	practice *epoch // that nobody is judged by
	experts  map[string]expert
}

func newWorld(seed uint64, epochs, passages int, all map[string]expert) (*world, error) {
	w := &world{seed: seed, experts: all}
	r := rand.New(rand.NewPCG(seed, 1))
	practice, err := draw(r, passages, all)
	if err != nil {
		return nil, err
	}
	w.practice = practice
	for range epochs {
		e, err := draw(r, passages, all)
		if err != nil {
			return nil, err
		}
		w.epochs = append(w.epochs, e)
	}
	return w, nil
}
