package sim_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/sim"
)

const small = "validators honest count=4 stake=0.9\nvalidators copier stake=0.1 does=copy\nminers good count=6\nepochs 6 burn-in=2\n"

func TestShippedScenariosPlay(t *testing.T) {
	names, err := sim.Scenarios()
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		text, ok := sim.Shipped(name)
		require.True(t, ok)
		s, err := sim.ParseScenario(name, text)
		require.NoError(t, err)
		require.NotEmpty(t, s.Title, name)
		s.Game.Epochs, s.Game.BurnIn = 12, 2
		r, err := s.Game.Run(t.Context())
		require.NoError(t, err, name)
		require.Equal(t, 10, r.Epochs)
		require.Len(t, r.Populations, len(s.Game.Groups))
	}
}

func TestScenarioSaysWhatIsPlayed(t *testing.T) {
	s, err := sim.ParseScenario("dir/x.txt", []byte("rules original kappa=40000 # majority\nworld fast noise=0.5\ncost 0.2\nchurn 0.1\n"+small+"register good epoch=3 better=1.5\n"))
	require.NoError(t, err)
	require.Equal(t, "x", s.Name)
	require.Equal(t, 0.2, s.Cost)
	require.Equal(t, uint16(40_000), s.Game.Rules.Yuma.Kappa)
	require.Equal(t, 0.5, s.Game.World.Noise)
	require.Equal(t, 0.45, s.Game.World.Drift)
	require.Equal(t, []sim.Registration{{Epoch: 3, Group: "good", Quality: 1.5}}, s.Game.Registrations)
	require.Equal(t, 6, s.Game.Epochs)
	require.Equal(t, 2, s.Game.BurnIn)
}

func TestBadScenariosAreRefused(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown line", "planets 3\n", `x.txt:1: no line begins with "planets"`},
		{"no word", small + "world drift=1\n", `x.txt:5: "world" wants a word after it`},
		{"unknown key", "world fast taste=1\n", `x.txt:1: this line has no "taste"`},
		{"no pair", "world fast noise\n", `x.txt:1: "noise" is not KEY=VALUE`},
		{"empty value", "world fast noise=\n", `is not KEY=VALUE`},
		{"key twice", "world fast noise=1 noise=2\n", `x.txt:1: "noise" appears twice`},
		{"line twice", "cost 0.1\ncost 0.2\n", `x.txt:2: "cost" appears twice`},
		{"unknown rules", "rules mine\n", `there are no rules "mine"; there are original`},
		{"unknown world", "world flat\n", `there is no world "flat"`},
		{"unknown deed", "validators a stake=1 does=magic\n", `validators do not "magic"`},
		{"unknown source", "validators a stake=1 does=copy from=heaven\n", `nothing is copied from "heaven"`},
		{"unknown part", "validators a stake=1 does=copy part=heads\n", `part: want epochs, miners or blended`},
		{"no flag", "rules ours yuma3=maybe\n", `yuma3: want yes or no, have "maybe"`},
		{"not a number", "cost much\n", `cost: want a number from 0 to 0.99, have "much"`},
		{"NaN", "world fast noise=NaN\n", `noise: want a number from 0 to 10, have "NaN"`},
		{"infinite", "world fast noise=1e999\n", `noise: want a number`},
		{"negative", "validators a count=-1 stake=1\n", `count: want a whole number from 1 to 4096, have "-1"`},
		{"beyond 64 bits", "epochs 99999999999999999999\n", `epochs: want a whole number from 1 to 1000000`},
		{"beyond 16 bits", "rules ours kappa=65536\n", `kappa: want a whole number from 0 to 65535`},
		{"all burn in", "epochs 5 burn-in=5\n", `burn-in: want a whole number from 0 to 4`},
		{"too many neurons", "validators a count=4096 stake=1\nminers b count=4096\n", "there is room for 4096 neurons"},
		{"too much stake", small + "validators c stake=0.5\n", `group "c": validators come before miners`},
		{"more than all stake", "validators a stake=0.9\nvalidators b stake=0.2\nminers c\n", "of all stake"},
		{"nobody", "title nothing\n", "0 neurons"},
		{"no miners", "validators a stake=1\n", "there must be validators"},
		{"name twice", "validators a stake=1\nminers a\n", `there are two groups "a"`},
		{"friends of nobody", small + "miners c camp=d\n", `of the camp of "d"`},
		{"register nobody", small + "register zoe epoch=1\n", `group "zoe"`},
		{"register validators", small + "register honest epoch=1\n", `is no group of miners`},
		{"long line", strings.Repeat("#", 500), "x.txt:1: a line of 500 bytes"},
		{"too large", strings.Repeat("#\n", 40_000), "x.txt: 80000 bytes; the most is 65536"},
		{"many groups", strings.Repeat("miners a\n", 40), "x.txt:33: more than 32 groups"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := sim.ParseScenario("x.txt", []byte(test.text))
			var bad *sim.ScenarioError
			require.ErrorAs(t, err, &bad)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func FuzzScenario(f *testing.F) {
	names, err := sim.Scenarios()
	require.NoError(f, err)
	for _, name := range names {
		text, _ := sim.Shipped(name)
		f.Add(text)
	}
	f.Add([]byte(small))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := sim.ParseScenario("x.txt", text)
		if err != nil {
			var bad *sim.ScenarioError
			require.ErrorAs(t, err, &bad)
			return
		}
		neurons := 0
		for _, g := range s.Game.Groups {
			neurons += g.Count
		}
		if neurons > 64 {
			return
		}
		s.Game.Epochs, s.Game.BurnIn = min(s.Game.Epochs, 5), 0
		_, err = s.Game.Run(t.Context())
		require.NoError(t, err)
	})
}
