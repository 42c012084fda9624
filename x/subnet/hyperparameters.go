package subnet

// Span is a closed range of values. The zero Span holds nothing.
type Span struct{ Min, Max int64 }

// Empty reports that the span holds nothing.
func (s Span) Empty() bool { return s == Span{} }

// Holds reports Min <= v <= Max.
func (s Span) Holds(v int64) bool { return !s.Empty() && s.Min <= v && v <= s.Max }

// Hyperparameter describes one rule of a subnet: its name, who may change it and within which bounds. Booleans are 0
// and 1.
type Hyperparameter struct {
	Name string
	// Owner bounds what a subnet's owner may set; empty when only governance may change it.
	Owner Span
	// All bounds what anyone may ever set, governance and genesis too.
	All Span

	access access
}

// Get reads the value; a value too large for an int64 reads as negative, which is out of every bound it can have.
func (p Hyperparameter) Get(h Hyperparameters) int64 { return p.access.get(&h) }

// Set writes a value that All holds.
func (p Hyperparameter) Set(h *Hyperparameters, value int64) { p.access.set(h, value) }

type access struct {
	get func(*Hyperparameters) int64
	set func(*Hyperparameters, int64)
}

func number[T int32 | uint32 | int64 | uint64](at func(*Hyperparameters) *T) access {
	return access{
		get: func(h *Hyperparameters) int64 { return int64(*at(h)) },
		set: func(h *Hyperparameters, v int64) { *at(h) = T(v) },
	}
}

func flag(at func(*Hyperparameters) *bool) access {
	return access{
		get: func(h *Hyperparameters) int64 {
			if *at(h) {
				return 1
			}
			return 0
		},
		set: func(h *Hyperparameters, v int64) { *at(h) = v != 0 },
	}
}

const (
	maxInt64    = 1<<63 - 1
	maxU16      = 1<<16 - 1
	maxBlocks   = 1_000_000 // longer than any rule of a subnet needs to last
	maxTempo    = 50_400
	maxHalfLife = 36_100
	ppm         = 1_000_000
)

// HyperparameterList returns every hyperparameter in the order of the message (R-SUBNET-6).
func HyperparameterList() []Hyperparameter {
	var nobody Span
	yesNo := Span{0, 1}
	share := Span{0, maxU16}
	difficulty := Span{1, 1 << 62}
	return []Hyperparameter{
		{"tempo", Span{360, maxTempo}, Span{1, maxTempo}, number(func(h *Hyperparameters) *int64 { return &h.Tempo })},
		{"max_neurons", Span{64, 256}, Span{1, 1024}, number(func(h *Hyperparameters) *uint32 { return &h.MaxNeurons })},
		{"max_validators", nobody, Span{1, 128}, number(func(h *Hyperparameters) *uint32 { return &h.MaxValidators })},
		{"immunity_blocks", Span{0, maxU16}, Span{0, maxBlocks}, number(func(h *Hyperparameters) *int64 { return &h.ImmunityBlocks })},
		{"min_weights", Span{1, 256}, Span{1, 1024}, number(func(h *Hyperparameters) *uint32 { return &h.MinWeights })},
		{"weights_rate_limit", nobody, Span{1, maxBlocks}, number(func(h *Hyperparameters) *int64 { return &h.WeightsRateLimit })},
		{"activity_cutoff", Span{360, maxU16}, Span{1, maxBlocks}, number(func(h *Hyperparameters) *int64 { return &h.ActivityCutoff })},
		{"version_key", Span{0, maxInt64}, Span{0, maxInt64}, number(func(h *Hyperparameters) *uint64 { return &h.VersionKey })},
		{"min_validator_stake_rao", nobody, Span{0, MaxRao}, number(func(h *Hyperparameters) *uint64 { return &h.MinValidatorStakeRao })},
		{"kappa_u16", nobody, Span{maxU16/2 + 1, maxU16}, number(func(h *Hyperparameters) *uint32 { return &h.KappaU16 })},
		{"bonds_ma_ppm", Span{0, 975_000}, Span{0, ppm}, number(func(h *Hyperparameters) *uint32 { return &h.BondsMaPpm })},
		{"bonds_penalty_u16", share, share, number(func(h *Hyperparameters) *uint32 { return &h.BondsPenaltyU16 })},
		{"yuma3", yesNo, yesNo, flag(func(h *Hyperparameters) *bool { return &h.Yuma3 })},
		{"liquid_alpha", yesNo, yesNo, flag(func(h *Hyperparameters) *bool { return &h.LiquidAlpha })},
		{"alpha_low_u16", Span{1638, maxU16}, Span{1638, maxU16}, number(func(h *Hyperparameters) *uint32 { return &h.AlphaLowU16 })},
		{"alpha_high_u16", Span{1638, maxU16}, Span{1638, maxU16}, number(func(h *Hyperparameters) *uint32 { return &h.AlphaHighU16 })},
		{"alpha_steepness", Span{0, 32_767}, Span{-32_768, 32_767}, number(func(h *Hyperparameters) *int32 { return &h.AlphaSteepness })},
		{"commit_reveal", yesNo, yesNo, flag(func(h *Hyperparameters) *bool { return &h.CommitReveal })},
		{"reveal_epochs", Span{1, 100}, Span{1, 100}, number(func(h *Hyperparameters) *uint64 { return &h.RevealEpochs })},
		{"registration_allowed", nobody, yesNo, flag(func(h *Hyperparameters) *bool { return &h.RegistrationAllowed })},
		{"work_allowed", yesNo, yesNo, flag(func(h *Hyperparameters) *bool { return &h.WorkAllowed })},
		{"min_burn_rao", Span{1, Tao - 1}, Span{1, MaxRao}, number(func(h *Hyperparameters) *uint64 { return &h.MinBurnRao })},
		{"max_burn_rao", Span{Tao/10 + 1, MaxRao}, Span{1, MaxRao}, number(func(h *Hyperparameters) *uint64 { return &h.MaxBurnRao })},
		{"burn_half_life", Span{1, maxHalfLife}, Span{1, maxHalfLife}, number(func(h *Hyperparameters) *uint32 { return &h.BurnHalfLife })},
		{"burn_step_ppm", Span{ppm, 3 * ppm}, Span{ppm, 3 * ppm}, number(func(h *Hyperparameters) *uint32 { return &h.BurnStepPpm })},
		{"min_difficulty", nobody, difficulty, number(func(h *Hyperparameters) *uint64 { return &h.MinDifficulty })},
		{"max_difficulty", difficulty, difficulty, number(func(h *Hyperparameters) *uint64 { return &h.MaxDifficulty })},
		{"work_per_block", nobody, Span{0, 64}, number(func(h *Hyperparameters) *uint32 { return &h.WorkPerBlock })},
		{"serve_rate_limit", Span{1, maxTempo}, Span{1, maxBlocks}, number(func(h *Hyperparameters) *int64 { return &h.ServeRateLimit })},
		{"owner_cut_u16", Span{0, maxOwnerCut}, Span{0, maxOwnerCut}, number(func(h *Hyperparameters) *uint32 { return &h.OwnerCutU16 })},
		{"min_replaceable", nobody, Span{0, 1024}, number(func(h *Hyperparameters) *uint32 { return &h.MinReplaceable })},
		{"vote_memory_ppm", Span{0, 900_000}, Span{0, ppm - 1}, number(func(h *Hyperparameters) *uint32 { return &h.VoteMemoryPpm })},
		{"information_share_u16", Span{0, maxU16/2 + 1}, share, number(func(h *Hyperparameters) *uint32 { return &h.InformationShareU16 })},
		{"information_memory_ppm", Span{0, 990_000}, Span{0, ppm}, number(func(h *Hyperparameters) *uint32 { return &h.InformationMemoryPpm })},
		{"receipt_share_u16", nobody, share, number(func(h *Hyperparameters) *uint32 { return &h.ReceiptShareU16 })},
		{"stake_inflow_ppm", nobody, Span{1, ppm}, number(func(h *Hyperparameters) *uint32 { return &h.StakeInflowPpm })},
		{"prune_by_evidence", yesNo, yesNo, flag(func(h *Hyperparameters) *bool { return &h.PruneByEvidence })},
	}
}

// FindHyperparameter returns the hyperparameter of that name.
func FindHyperparameter(name string) (Hyperparameter, error) {
	for _, p := range HyperparameterList() {
		if p.Name == name {
			return p, nil
		}
	}
	return Hyperparameter{}, ErrParamUnknown.Wrapf("%.40q; the names are those of the subnet's hyperparameters", name)
}

// Validate checks every bound, and the values against each other (R-SUBNET-6).
func (h Hyperparameters) Validate() error {
	for _, p := range HyperparameterList() {
		if v := p.Get(h); !p.All.Holds(v) {
			return ErrOutOfBounds.Wrapf("%s is %d, want %d..%d", p.Name, v, p.All.Min, p.All.Max)
		}
	}
	for _, pair := range []struct {
		low, high string
		lowV      uint64
		highV     uint64
	}{
		{"max_validators", "max_neurons", uint64(h.MaxValidators), uint64(h.MaxNeurons)},
		{"min_weights", "max_neurons", uint64(h.MinWeights), uint64(h.MaxNeurons)},
		{"alpha_low_u16", "alpha_high_u16", uint64(h.AlphaLowU16), uint64(h.AlphaHighU16)},
		{"min_burn_rao", "max_burn_rao", h.MinBurnRao, h.MaxBurnRao},
		{"min_difficulty", "max_difficulty", h.MinDifficulty, h.MaxDifficulty},
	} {
		if pair.lowV > pair.highV {
			return ErrBadParams.Wrapf("%s is %d, above %s of %d", pair.low, pair.lowV, pair.high, pair.highV)
		}
	}
	return nil
}
