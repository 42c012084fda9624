package retention

import (
	"cmp"
	"context"
	"slices"
)

// Need is the utility that honest validators need against an attack, over several networks.
type Need struct {
	Attack    Attack  `json:"attack"`
	Mean      float64 `json:"mean"`
	Worst     float64 `json:"worst_seed"`
	Deviation float64 `json:"deviation"`
}

// needed plays one attack in the networks of the first seeds.
func (s Setting) needed(ctx context.Context, attack Attack, o Options) (Need, error) {
	seeds := o.seedsOr(usualSeeds)
	found := make([]uint64, seeds)
	err := each(ctx, seeds, o.Progress, func(k int) {
		c := s.newCampaign(uint64(k) + 1)
		found[k] = least(func(honestSelfPPM uint64) float64 {
			return c.keeps(honestSelfPPM, attack) - float64(s.HonestStakePct)/100
		})
	})
	mean, deviation := meanOf(found)
	return Need{attack, mean, float64(slices.Max(found)) / million, deviation}, err
}

const (
	usualSeeds  = 20
	screenSeeds = 3       // networks that attacks are compared in
	screenStep  = 200_000 // distance of self weights there
	refineStep  = 50_000  // and about the strongest attack
)

// worst finds the strongest of these attacks and of those near it. Attacks are compared by what they leave to the honest
// camp at one utility in a few networks. As their order may change with the utility, the strongest and those near it are
// compared again at the utility that it asks for. The one that comes first then is played in all networks.
func (s Setting) worst(ctx context.Context, choices []Attack, o Options) (Need, error) {
	ranked, err := s.rank(ctx, slices.Clone(choices), ppm(float64(usual)/steps))
	if err != nil {
		return Need{}, err
	}
	rough, err := s.needed(ctx, ranked[0], Options{Seeds: screenSeeds})
	if err != nil {
		return Need{}, err
	}
	ranked, err = s.rank(ctx, append(ranked[:(len(ranked)+3)/4], ranked[0].near()...), ppm(rough.Mean))
	if err != nil {
		return Need{}, err
	}
	return s.needed(ctx, ranked[0], o)
}

// near returns the attack with self weights a little off.
func (a Attack) near() (out []Attack) {
	for d := uint64(refineStep); d <= screenStep/2; d += refineStep {
		less, more := a, a
		less.SelfPPM -= min(d, a.SelfPPM)
		more.SelfPPM = min(a.SelfPPM+d, million)
		out = append(out, less, more)
	}
	return out
}

// rank sorts attacks by what they leave to the honest camp at one utility, the strongest first.
func (s Setting) rank(ctx context.Context, choices []Attack, utilityPPM uint64) ([]Attack, error) {
	slices.SortFunc(choices, Attack.compare)
	choices = slices.Compact(choices)
	left := make([]float64, len(choices)*screenSeeds)
	for seed := range screenSeeds {
		c := s.newCampaign(uint64(seed) + 1)
		err := each(ctx, len(choices), nil, func(k int) { left[k*screenSeeds+seed] = c.keeps(utilityPPM, choices[k]) })
		if err != nil {
			return nil, err
		}
	}
	order := make([]int, len(choices))
	sums := make([]float64, len(choices))
	for k := range order {
		order[k] = k
		for _, x := range left[k*screenSeeds : (k+1)*screenSeeds] {
			sums[k] += x
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sums[a], sums[b]) })
	out := make([]Attack, len(choices))
	for k, at := range order {
		out[k] = choices[at]
	}
	return out, nil
}

// compare is some total order.
func (a Attack) compare(b Attack) int {
	return cmp.Or(cmp.Compare(a.SelfPPM, b.SelfPPM), cmp.Compare(a.String(), b.String()))
}
