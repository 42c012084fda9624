package pretrain

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"sync"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/mix/merit"
	"github.com/dendra-net/dendra/neuron"
)

// publicOrder is the order of the model that everybody could publish: it is there before the first commit, and skill is what
// is better than it.
const publicOrder = 2

// public is that model, counted from the base.
var public = sync.OnceValues(func() ([]byte, error) {
	base, err := Base()
	if err != nil {
		return nil, err
	}
	m, err := mix.NewNGram(mix.NGramConfig{Order: publicOrder})
	if err != nil {
		return nil, err
	}
	m.Train(base)
	var file bytes.Buffer
	_, err = m.WriteTo(&file)
	return file.Bytes(), err
})

// public measures that model on the exam's shard.
func (x *exam) public(ctx context.Context) ([]float32, error) {
	file, err := public()
	if err != nil {
		return nil, err
	}
	return x.scores.bits(ctx, file, x.shard)
}

// judge turns what was measured into marks, and into what to remember.
func (x *exam) judge(base []float32, pieces, prior []*piece, old memory) (neuron.Findings, error) {
	descend(pieces, prior)
	result, err := merit.Once(x.panel(base, pieces, prior))
	if err != nil {
		return neuron.Findings{}, fmt.Errorf("judge the miners of subnet %d: %w", x.Netuid, err)
	}
	admitted := map[neuron.Address]*piece{}
	for i, p := range pieces {
		x.marks[p.Owner] = mark(result.Miners[i], p)
		if result.Miners[i].Admitted {
			admitted[p.Owner] = p
		}
	}
	left, keep, err := memory{Records: x.known(old.Records, prior, admitted), Spent: old.Spent}.write()
	if err != nil {
		return neuron.Findings{}, err
	}
	return neuron.Findings{Marks: x.marks, Memory: left, Keep: keep, Facts: facts(result, len(pieces))}, nil
}

// panel is the exam as merit judges it: a position is a byte that nobody could know.
func (x *exam) panel(base []float32, pieces, prior []*piece) merit.Panel {
	panel := merit.Panel{Height: x.Opened, Base: likelihoods(base)}
	for k, p := range x.shard {
		for _, s := range p.New {
			for at := s.Begin; at < s.End; at++ {
				panel.Positions = append(panel.Positions, merit.Position{Context: p.Text[:at], Passage: k})
			}
		}
	}
	for _, p := range pieces {
		panel.Miners = append(panel.Miners, merit.Miner{
			ID: string(p.Owner), Owner: p.holder(), Model: hex.EncodeToString(p.Digest[:]), Since: p.since, Likelihoods: likelihoods(p.bits),
		})
	}
	for _, p := range prior {
		panel.Prior = append(panel.Prior, merit.Artifact{Owner: p.holder(), Since: p.Height, Likelihoods: likelihoods(p.bits)})
	}
	return panel
}

func likelihoods(bits []float32) []float64 {
	list := make([]float64, len(bits))
	for i, b := range bits {
		list[i] = math.Exp2(-float64(b))
	}
	return list
}

func mark(s merit.Standing, p *piece) neuron.Mark {
	m := neuron.Mark{
		Share: s.Share, StdErr: s.ShareSE, N: len(p.bits), Pruning: s.Pruning, Reason: s.Reason,
		Facts: []neuron.Fact{
			{Name: "bits_per_byte", Value: s.Loss},
			{Name: "skill", Value: s.Skill, StdErr: s.SkillSE},
			{Name: "marginal", Value: s.Marginal, StdErr: s.MarginalSE},
			{Name: "pruning", Value: s.Pruning, StdErr: s.PruningSE},
		},
	}
	if s.Share > 0 {
		m.Reason = ""
	}
	return m
}

// facts are of the exam as a whole.
func facts(r merit.Result, measured int) []neuron.Fact {
	list := []neuron.Fact{{Name: "artifacts", Value: float64(measured)}, {Name: "public", Value: r.Base}}
	if r.Best < 0 {
		return list
	}
	return append(list,
		neuron.Fact{Name: "best", Value: r.BestLoss},
		neuron.Fact{Name: "mixture", Value: r.Mixture, StdErr: r.MixtureSE},
		neuron.Fact{Name: "gain", Value: r.Gain, StdErr: r.GainSE})
}
