package neuron_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/prefix"
	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/neuron"
)

// R-NEURON-12
func TestParamsAreComputable(t *testing.T) {
	require.NoError(t, neuron.DefaultParams().Validate())
	for name, change := range map[string]func(*neuron.Params){
		"work_window":          func(p *neuron.Params) { p.WorkWindow = 0 },
		"difficulty_half_life": func(p *neuron.Params) { p.DifficultyHalfLife = 36_101 },
		"difficulty_step_ppm":  func(p *neuron.Params) { p.DifficultyStepPpm = 999_999 },
		"data_rate_limit":      func(p *neuron.Params) { p.DataRateLimit = 0 },
		"max_data_bytes":       func(p *neuron.Params) { p.MaxDataBytes = 1025 },
		"data_memory_blocks":   func(p *neuron.Params) { p.DataMemoryBlocks = 0 },
	} {
		p := neuron.DefaultParams()
		change(&p)
		require.ErrorIs(t, p.Validate(), neuron.ErrBadParams)
		require.ErrorContains(t, p.Validate(), name)
	}
}

func goodGenesis() neuron.GenesisState {
	prefix.Set()
	ada, ben, cold := teststore.Address("ada").String(), teststore.Address("ben").String(), teststore.Address("cold").String()
	g := *neuron.DefaultGenesis()
	g.Neurons = []neuron.Neuron{
		{Netuid: 1, Uid: 0, Hotkey: ada, Coldkey: cold, RegisteredAt: 3},
		{Netuid: 1, Uid: 1, Hotkey: ben, Coldkey: cold, Endpoint: "http://ben.example.org", ServedAt: 4},
		{Netuid: 2, Uid: 0, Hotkey: ada, Coldkey: cold, Generation: 7},
	}
	g.Prices = []neuron.Price{{Netuid: 1, BurnRao: 5}, {Netuid: 2, Difficulty: 5}}
	g.Seals = []neuron.Seal{{Height: 3, Seal: make([]byte, 32)}}
	g.Hashes = []neuron.BlockHash{{Height: 3, Hash: make([]byte, 32)}}
	g.Data = []neuron.Data{{Netuid: 1, Hotkey: ada, Data: []byte("model"), Height: 3, FirstHotkey: cold, FirstHeight: 2}}
	g.FirstData = []neuron.FirstData{
		{Netuid: 1, Digest: make([]byte, 32), Hotkey: cold, Height: 2, ForgetAt: 5}, {Netuid: 2, Digest: make([]byte, 32), Hotkey: ada, ForgetAt: 1},
	}
	g.Rankings = []neuron.Ranking{{Netuid: 1, EmissionRao: []uint64{1, 2}}}
	return g
}

// R-NEURON-13
func TestGenesisMayNotContradictItself(t *testing.T) {
	require.NoError(t, goodGenesis().Validate())
	require.NoError(t, neuron.DefaultGenesis().Validate())
	for name, change := range map[string]func(*neuron.GenesisState){
		"bad params":         func(g *neuron.GenesisState) { g.Params.WorkWindow = -1 },
		"gap in uids":        func(g *neuron.GenesisState) { g.Neurons[1].Uid = 2 },
		"uid twice":          func(g *neuron.GenesisState) { g.Neurons[1].Uid = 0 },
		"out of order":       func(g *neuron.GenesisState) { g.Neurons[0].Netuid = 3 },
		"hotkey twice":       func(g *neuron.GenesisState) { g.Neurons[1].Hotkey = g.Neurons[0].Hotkey },
		"bad hotkey":         func(g *neuron.GenesisState) { g.Neurons[1].Hotkey = "ben" },
		"bad coldkey":        func(g *neuron.GenesisState) { g.Neurons[1].Coldkey = "" },
		"bad endpoint":       func(g *neuron.GenesisState) { g.Neurons[1].Endpoint = "ben" },
		"before time":        func(g *neuron.GenesisState) { g.Neurons[1].RegisteredAt = -1 },
		"after time":         func(g *neuron.GenesisState) { g.Neurons[1].ServedAt = 1 << 62 },
		"price twice":        func(g *neuron.GenesisState) { g.Prices[1].Netuid = 1 },
		"price before time":  func(g *neuron.GenesisState) { g.Prices[1].BurnAt = -1 },
		"short seal":         func(g *neuron.GenesisState) { g.Seals[0].Seal = []byte{1} },
		"no hash":            func(g *neuron.GenesisState) { g.Hashes[0].Hash = nil },
		"hash before time":   func(g *neuron.GenesisState) { g.Hashes[0].Height = -1 },
		"data of nobody":     func(g *neuron.GenesisState) { g.Data[0].Netuid = 2; g.Data[0].Hotkey = g.Neurons[1].Hotkey },
		"data twice":         func(g *neuron.GenesisState) { g.Data = append(g.Data, g.Data[0]) },
		"too much data":      func(g *neuron.GenesisState) { g.Data[0].Data = make([]byte, 129) },
		"first by nobody":    func(g *neuron.GenesisState) { g.Data[0].FirstHotkey = "ada" },
		"first after copy":   func(g *neuron.GenesisState) { g.Data[0].FirstHeight = 4 },
		"first twice":        func(g *neuron.GenesisState) { g.FirstData[1].Netuid = 1 },
		"first of no bytes":  func(g *neuron.GenesisState) { g.FirstData[0].Digest = []byte{1} },
		"first of no hotkey": func(g *neuron.GenesisState) { g.FirstData[0].Hotkey = "" },
		"forgotten already":  func(g *neuron.GenesisState) { g.FirstData[0].ForgetAt = 2 },
		"never forgotten":    func(g *neuron.GenesisState) { g.FirstData[0].ForgetAt = 1 << 62 },
		"more scores":        func(g *neuron.GenesisState) { g.Rankings[0].PruningUbits = []uint32{1, 2, 3} },
		"more judges":        func(g *neuron.GenesisState) { g.Rankings[0].Judges = []bool{true, true, true} },
		"ranking twice":      func(g *neuron.GenesisState) { g.Rankings = append(g.Rankings, g.Rankings[0]) },
		"ranking of nobody":  func(g *neuron.GenesisState) { g.Rankings[0].EmissionRao = []uint64{1, 2, 3} },
		"ranking of nothing": func(g *neuron.GenesisState) { g.Rankings[0].Netuid = 9 },
	} {
		t.Run(name, func(t *testing.T) {
			g := goodGenesis()
			change(&g)
			require.Error(t, g.Validate())
		})
	}
}
