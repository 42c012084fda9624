package subnet_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/prefix"
	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/subnet"
)

// R-SUBNET-4
func TestNames(t *testing.T) {
	for _, good := range []string{"a", "text", "text-2", "0", "-", strings.Repeat("z", 32)} {
		require.NoError(t, subnet.ValidateName(good), good)
	}
	for _, bad := range []string{"", "Text", "te xt", "text_2", "tëxt", "text\n", "a/b", strings.Repeat("z", 33), strings.Repeat("z", 1<<20)} {
		err := subnet.ValidateName(bad)
		require.ErrorIs(t, err, subnet.ErrBadName)
		require.Less(t, len(err.Error()), 200)
	}
}

// R-SUBNET-5
func TestIdentities(t *testing.T) {
	require.NoError(t, subnet.ValidateIdentity("", ""))
	require.NoError(t, subnet.ValidateIdentity(strings.Repeat("d", 1024), "https://example.org/subnet?x=1"))
	for _, bad := range []struct{ description, url string }{
		{strings.Repeat("d", 1025), ""},
		{"\xff\xfe", ""},
		{"", "ftp://example.org"},
		{"", "javascript:alert(1)"},
		{"", "https://"},
		{"", "//example.org"},
		{"", "http://[::1"},
		{"", "https://user@example.org"},
		{"", "https://http://example.org"},
		{"", "https://example.org/\u00e9"},
		{"", "https://example.org/a b"},
		{"", "https://example.org\n"},
		{"", "https://" + strings.Repeat("e", 256)},
	} {
		require.ErrorIs(t, subnet.ValidateIdentity(bad.description, bad.url), subnet.ErrBadIdentity, bad)
	}
}

// R-SUBNET-11
func TestParamsAreComputable(t *testing.T) {
	require.NoError(t, subnet.DefaultParams().Validate())
	for name, change := range map[string]func(*subnet.Params){
		"slots":            func(p *subnet.Params) { p.Slots = 0 },
		"min_lock_rao":     func(p *subnet.Params) { p.MinLockRao = 1 << 63 },
		"lock_interval":    func(p *subnet.Params) { p.LockInterval = 0 },
		"create_interval":  func(p *subnet.Params) { p.CreateInterval = -1 },
		"immunity_blocks":  func(p *subnet.Params) { p.ImmunityBlocks = -1 },
		"rent_ppm":         func(p *subnet.Params) { p.RentPpm = 1_000_001 },
		"rent_blocks":      func(p *subnet.Params) { p.RentBlocks = 0 },
		"freeze_blocks":    func(p *subnet.Params) { p.FreezeBlocks = 1 << 62 },
		"set_param_tempos": func(p *subnet.Params) { p.SetParamTempos = 1 << 31 },
		"tempo":            func(p *subnet.Params) { p.Defaults.Tempo = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			p := subnet.DefaultParams()
			change(&p)
			require.ErrorContains(t, p.Validate(), name)
		})
	}
}

func goodGenesis() subnet.GenesisState {
	prefix.Set()
	g := *subnet.DefaultGenesis()
	g.NextNetuid = 3
	g.Subnets = []subnet.Subnet{
		{Netuid: 1, Name: "text", Hyperparameters: subnet.DefaultHyperparameters()},
		{Netuid: 2, Name: "vision", Owner: teststore.Address("olga").String(), LockRao: 5, CreatedAt: 3, Hyperparameters: subnet.DefaultHyperparameters()},
	}
	g.Changes = []subnet.ParamChange{{Netuid: 2, Name: "tempo", Height: 9}}
	return g
}

// R-SUBNET-12
func TestGenesisMayNotContradictItself(t *testing.T) {
	require.NoError(t, goodGenesis().Validate())
	require.NoError(t, subnet.DefaultGenesis().Validate())
	for name, change := range map[string]func(*subnet.GenesisState){
		"next netuid is the first to give": func(g *subnet.GenesisState) { g.NextNetuid = 0 },
		"netuids end":                      func(g *subnet.GenesisState) { g.NextNetuid = subnet.MaxNetuid + 2 },
		"netuid 0":                         func(g *subnet.GenesisState) { g.Subnets[0].Netuid = 0 },
		"netuid yet to be given":           func(g *subnet.GenesisState) { g.Subnets[0].Netuid = 3 },
		"netuid twice":                     func(g *subnet.GenesisState) { g.Subnets[0].Netuid = 2 },
		"name twice":                       func(g *subnet.GenesisState) { g.Subnets[0].Name = "vision" },
		"bad name":                         func(g *subnet.GenesisState) { g.Subnets[0].Name = "" },
		"bad url":                          func(g *subnet.GenesisState) { g.Subnets[0].Url = "x" },
		"bad owner":                        func(g *subnet.GenesisState) { g.Subnets[1].Owner = "olga" },
		"lock without owner":               func(g *subnet.GenesisState) { g.Subnets[0].LockRao = 1 },
		"lock of more than there is":       func(g *subnet.GenesisState) { g.Subnets[1].LockRao = subnet.MaxRao + 1 },
		"created before time":              func(g *subnet.GenesisState) { g.Subnets[1].CreatedAt = -1 },
		"bad hyperparameters":              func(g *subnet.GenesisState) { g.Subnets[1].Hyperparameters.Tempo = 0 },
		"more subnets than slots":          func(g *subnet.GenesisState) { g.Params.Slots = 1 },
		"bad params":                       func(g *subnet.GenesisState) { g.Params.RentBlocks = 0 },
		"bad last lock":                    func(g *subnet.GenesisState) { g.Lock.LastLockHeight = -1 },
		"change on no subnet":              func(g *subnet.GenesisState) { g.Changes[0].Netuid = 7 },
		"change of nothing":                func(g *subnet.GenesisState) { g.Changes[0].Name = "x" },
		"change twice":                     func(g *subnet.GenesisState) { g.Changes = append(g.Changes, g.Changes[0]) },
	} {
		t.Run(name, func(t *testing.T) {
			g := goodGenesis()
			change(&g)
			require.Error(t, g.Validate())
		})
	}
}

// R-SUBNET-10
func TestLeast(t *testing.T) {
	for _, c := range []struct {
		name  string
		all   []subnet.Ranked
		want  uint32
		found bool
	}{
		{"nobody", nil, 0, false},
		{"all immune", []subnet.Ranked{{1, 51, 0}, {2, 100, 0}}, 0, false},
		{"immunity ends after so many blocks", []subnet.Ranked{{1, 50, 9}, {2, 51, 0}}, 1, true},
		{"smallest share", []subnet.Ranked{{1, 10, 5}, {2, 20, 4}, {3, 30, 6}}, 2, true},
		{"then the oldest", []subnet.Ranked{{1, 20, 4}, {2, 10, 4}, {3, 10, 5}}, 2, true},
		{"then the lowest netuid", []subnet.Ranked{{3, 10, 4}, {1, 10, 4}, {2, 10, 4}}, 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, found := subnet.Least(c.all, 100, 50)
			require.Equal(t, c.found, found)
			require.Equal(t, c.want, got)
		})
	}
}
