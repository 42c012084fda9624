package vector

import (
	"fmt"
	"math"

	"github.com/dendra-net/dendra/yuma"
)

// params are parameters as written: which were given, and their values.
type params struct {
	given  map[string]bool
	values yuma.Params
	permit uint64 // max_validators, which may be larger than a Params can say
	owner  uint64
}

// needed are the parameters that a file must give.
var needed = []string{
	"kappa_u16", "bonds_ma_ppm", "bonds_penalty_u16", "max_validators", "activity_cutoff", "tempo", "min_stake",
}

func (s *scanner) params() *params {
	p := &params{given: map[string]bool{}}
	s.object(func(key string) {
		p.given[key] = true
		s.param(key, p)
	})
	return p
}

func (s *scanner) param(key string, p *params) {
	v := &p.values
	switch key {
	case "kappa_u16":
		v.Kappa = s.u16()
	case "bonds_ma_ppm":
		v.BondsMovingAveragePPM = uint32(s.whole(1_000_000))
	case "bonds_penalty_u16":
		v.BondsPenalty = s.u16()
	case "max_validators":
		p.permit = s.whole(math.MaxUint64)
	case "activity_cutoff":
		v.ActivityCutoff = s.whole(math.MaxUint64)
	case "tempo":
		v.Tempo = s.whole(math.MaxUint64)
	case "min_stake":
		v.MinStake = s.whole(math.MaxUint64)
	case "owner_uid":
		p.owner = s.whole(math.MaxUint64)
	case "commit_reveal":
		v.CommitReveal = s.boolean()
	case "yuma3":
		v.Yuma3 = s.boolean()
	case "liquid_alpha":
		v.LiquidAlpha = s.boolean()
	case "alpha_low_u16":
		v.AlphaLow = s.u16()
	case "alpha_high_u16":
		v.AlphaHigh = s.u16()
	case "alpha_steepness":
		v.AlphaSteepness = int16(s.integer(math.MinInt16, math.MaxInt16))
	default:
		s.unknown(key)
	}
}

// over lays the parameters that were given over base.
func (p *params) over(base yuma.Params, n int, whole bool) (yuma.Params, *Error) {
	for _, key := range needed {
		if whole && !p.given[key] {
			return base, &Error{Reason: fmt.Sprintf("field %q is missing", key)}
		}
	}
	if p.given["owner_uid"] {
		if p.owner >= uint64(n) {
			return base, &Error{Path: ".owner_uid", Reason: fmt.Sprintf("uid %d of %d neurons", p.owner, n)}
		}
		base.HasOwner, base.OwnerUID = true, uint16(p.owner)
	}
	p.layNumbers(&base)
	p.layFlags(&base)
	return base, nil
}

func lay[T any](p *params, key string, to *T, value T) {
	if p.given[key] {
		*to = value
	}
}

func (p *params) layNumbers(base *yuma.Params) {
	v := p.values
	lay(p, "kappa_u16", &base.Kappa, v.Kappa)
	lay(p, "bonds_ma_ppm", &base.BondsMovingAveragePPM, v.BondsMovingAveragePPM)
	lay(p, "bonds_penalty_u16", &base.BondsPenalty, v.BondsPenalty)
	lay(p, "max_validators", &base.MaxValidators, uint32(min(p.permit, maxN)))
	lay(p, "activity_cutoff", &base.ActivityCutoff, v.ActivityCutoff)
	lay(p, "tempo", &base.Tempo, v.Tempo)
	lay(p, "min_stake", &base.MinStake, v.MinStake)
	lay(p, "alpha_low_u16", &base.AlphaLow, v.AlphaLow)
	lay(p, "alpha_high_u16", &base.AlphaHigh, v.AlphaHigh)
	lay(p, "alpha_steepness", &base.AlphaSteepness, v.AlphaSteepness)
}

func (p *params) layFlags(base *yuma.Params) {
	lay(p, "commit_reveal", &base.CommitReveal, p.values.CommitReveal)
	lay(p, "yuma3", &base.Yuma3, p.values.Yuma3)
	lay(p, "liquid_alpha", &base.LiquidAlpha, p.values.LiquidAlpha)
}
