package sim

// Population is how a group fared, over the epochs that counted.
type Population struct {
	Name      string  `json:"name"`
	Count     int     `json:"count"`
	Validates bool    `json:"validates"`
	Stake     float64 `json:"stake"`     // part of all stake, as it counted
	Quality   float64 `json:"quality"`   // part of all true quality
	Incentive float64 `json:"incentive"` // part of all incentive
	Dividend  float64 `json:"dividend"`  // part of all dividends
	PerStake  float64 `json:"per_stake"` // dividend over stake
	Kept      float64 `json:"kept"`      // mean part of the information share that its validators keep
	Asked     float64 `json:"asked"`     // mean part of all queries that its validators made
	IncomeRao float64 `json:"income_rao"`
	// AgainstHonest is PerStake over that of the first group; for miners, incentive per quality over that of the first
	// group of miners.
	AgainstHonest float64 `json:"against_honest"`
}

// Result is the outcome of a game.
type Result struct {
	Epochs      int          `json:"epochs"` // that counted
	Populations []Population `json:"populations"`
	CarriedRao  uint64       `json:"carried_rao"` // still waiting to be paid
	Carries     int          `json:"carries"`     // epochs that paid nobody

	members []int // by group
}

func newResult(g Game, group []int) *Result {
	r := &Result{Populations: make([]Population, len(g.Groups)), members: make([]int, len(g.Groups))}
	for i, of := range g.Groups {
		r.Populations[i] = Population{Name: of.Name, Count: of.Count, Validates: of.Actor != nil}
	}
	for _, i := range group {
		r.members[i]++
	}
	return r
}

// count adds an epoch.
func (r *Result) count(p *play) {
	o := &p.chain.out
	quality := 0.0
	for _, q := range p.nature.quality {
		quality += q
	}
	r.Epochs++
	r.CarriedRao = p.chain.pendingRao
	if o.Carry {
		r.Carries++
	}
	for uid, group := range p.group {
		of := &r.Populations[group]
		of.Quality += p.nature.quality[uid] / quality
		of.Stake += real(o.Stake[uid])
		of.Incentive += real(o.Incentive[uid])
		of.Dividend += real(o.Dividends[uid])
		of.Kept += real(o.Information[uid])
		of.Asked += p.asked[uid]
		of.IncomeRao += float64(o.Emission[uid])
	}
}

// finish turns sums into means.
func (r *Result) finish() {
	epochs := float64(max(r.Epochs, 1))
	var validator, miner *Population
	for i := range r.Populations {
		of, members := &r.Populations[i], float64(max(r.Populations[i].Count, 1))
		of.Quality /= epochs
		of.Stake /= epochs
		of.Incentive /= epochs
		of.Dividend /= epochs
		of.Kept /= epochs * members
		of.Asked /= epochs * members
		of.PerStake = ratio(of.Dividend, of.Stake)
		if of.Validates {
			validator = first(validator, of)
			of.AgainstHonest = ratio(of.PerStake, validator.PerStake)
		} else {
			miner = first(miner, of)
			of.AgainstHonest = ratio(ratio(of.Incentive, of.Quality), ratio(miner.Incentive, miner.Quality))
		}
	}
}

func first(have, next *Population) *Population {
	if have == nil {
		return next
	}
	return have
}

// ratio is 0 where nothing is divided by.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// Population finds a group by its name; one without neurons when there is none.
func (r Result) Population(name string) Population {
	for _, p := range r.Populations {
		if p.Name == name {
			return p
		}
	}
	return Population{}
}
