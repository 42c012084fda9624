package neuron

// DefaultParams are the rules of registration on the public chain.
func DefaultParams() Params {
	return Params{
		WorkWindow:         10,
		DifficultyHalfLife: 360,
		DifficultyStepPpm:  1_260_000,
		DataRateLimit:      100,
		MaxDataBytes:       128,
		DataMemoryBlocks:   1_000_000,
	}
}

// Validate refuses parameters the rules cannot be computed with (R-NEURON-12).
func (p Params) Validate() error {
	for _, v := range []struct {
		name            string
		value, min, max int64
	}{
		{"work_window", p.WorkWindow, 1, 1000},
		{"difficulty_half_life", int64(p.DifficultyHalfLife), 1, 36_100},
		{"difficulty_step_ppm", int64(p.DifficultyStepPpm), ppm, 3 * ppm},
		{"data_rate_limit", p.DataRateLimit, 1, 1_000_000},
		{"max_data_bytes", int64(p.MaxDataBytes), 1, 1024},
		{"data_memory_blocks", p.DataMemoryBlocks, 1, 100_000_000},
	} {
		if v.value < v.min || v.value > v.max {
			return ErrBadParams.Wrapf("%s is %d, want %d..%d", v.name, v.value, v.min, v.max)
		}
	}
	return nil
}
