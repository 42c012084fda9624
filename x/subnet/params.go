package subnet

// maxOwnerCut is the most of a subnet's emission its owner can take: 18 %.
const maxOwnerCut = 11_796

// DefaultHyperparameters are the rules of a new subnet on the public chain.
func DefaultHyperparameters() Hyperparameters {
	return Hyperparameters{
		Tempo:                360,
		MaxNeurons:           256,
		MaxValidators:        64,
		ImmunityBlocks:       5000,
		MinWeights:           1,
		WeightsRateLimit:     100,
		ActivityCutoff:       5000,
		KappaU16:             32_768, // strictly above one half
		BondsMaPpm:           900_000,
		BondsPenaltyU16:      65_535,
		Yuma3:                true,
		AlphaLowU16:          45_875,
		AlphaHighU16:         58_982,
		AlphaSteepness:       1000,
		CommitReveal:         true,
		RevealEpochs:         1,
		RegistrationAllowed:  true,
		WorkAllowed:          true,
		MinBurnRao:           500_000,
		MaxBurnRao:           100 * Tao,
		BurnHalfLife:         360,
		BurnStepPpm:          1_260_000,
		MinDifficulty:        1_000_000,
		MaxDifficulty:        1 << 62,
		WorkPerBlock:         2,
		ServeRateLimit:       50,
		OwnerCutU16:          maxOwnerCut,
		MinReplaceable:       10,
		VoteMemoryPpm:        700_000,
		InformationShareU16:  32_768,
		InformationMemoryPpm: 980_000,
		StakeInflowPpm:       10_000,
	}
}

// DefaultParams are the rules for subnets on the public chain.
func DefaultParams() Params {
	return Params{
		Slots:          32,
		MinLockRao:     100 * Tao,
		LockInterval:   100_800,
		CreateInterval: 7200,
		ImmunityBlocks: 216_000,
		RentPpm:        10_000,
		RentBlocks:     216_000,
		FreezeBlocks:   10,
		SetParamTempos: 2,
		Defaults:       DefaultHyperparameters(),
	}
}

// maxHeight keeps sums of heights and intervals far from overflow: at one block a second it is reached in 35,000 years.
const maxHeight = 1 << 40

// Validate refuses parameters the rules cannot be computed with (R-SUBNET-11).
func (p Params) Validate() error {
	for _, v := range []struct {
		name  string
		value int64
		span  Span
	}{
		{"slots", int64(p.Slots), Span{1, 1024}},
		{"min_lock_rao", int64(p.MinLockRao), Span{1, MaxRao}},
		{"lock_interval", p.LockInterval, Span{1, maxHeight}},
		{"create_interval", p.CreateInterval, Span{0, maxHeight}},
		{"immunity_blocks", p.ImmunityBlocks, Span{0, maxHeight}},
		{"rent_ppm", int64(p.RentPpm), Span{0, ppm}},
		{"rent_blocks", p.RentBlocks, Span{1, maxHeight}},
		{"freeze_blocks", p.FreezeBlocks, Span{0, maxBlocks}},
		{"set_param_tempos", int64(p.SetParamTempos), Span{0, 10_000}},
	} {
		if !v.span.Holds(v.value) {
			return ErrBadParams.Wrapf("%s is %d, want %d..%d", v.name, v.value, v.span.Min, v.span.Max)
		}
	}
	return p.Defaults.Validate()
}
