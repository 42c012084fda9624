package validator

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/validator/scoring"
)

// stateText is the file of a state that has something in every field.
func stateText(t testing.TB) string {
	t.Helper()
	who, vote := neuron.KeyFromSeed([32]byte{1}).Address(), neuron.Vote{UIDs: []uint16{1}, Generations: []uint32{2}, Weights: []uint16{65535}}
	text, err := json.Marshal(State{
		Format: stateFormat, Version: stateVersion, ChainID: "test-1", Netuid: 1, Hotkey: who, Height: 40, NextFold: 2,
		Standings: []scoring.Standing{{Registration: scoring.Registration{Hotkey: who, Generation: 2}, Sum: 0.2, Mass: 0.2, Epoch: 1,
			Last: scoring.Measure{Mean: 1, N: 3, Facts: []neuron.Fact{{Name: "loss", Value: 2}}}}},
		Ledger: Ledger{Wish: &Wish{Epoch: 2, Vote: vote}, Commits: []Commitment{{Vote: vote, Epoch: 2, Measured: 1}}},
		Memory: []byte("memory"), Keep: []evidence.Digest{evidence.DigestOf([]byte("kept"))},
	})
	require.NoError(t, err)
	return string(text)
}

func TestBadStatesAreRefused(t *testing.T) {
	good := stateText(t)
	_, err := parseState([]byte(good))
	require.NoError(t, err)
	for why, c := range map[string][2]string{
		"version 2":                    {`"version":1`, `"version":2`},
		"beyond all bounds":            {`"sum":0.2`, `"sum":1e300`},
		"a wish's vote is uneven":      {`"wish":{"epoch":2,"before":0,"vote":{"UIDs":[1]`, `"wish":{"epoch":2,"before":0,"vote":{"UIDs":[]`},
		"a commitment's vote":          {`"commits":[{"vote":{"UIDs":[1]`, `"commits":[{"vote":{"UIDs":[1,2]`},
		"too much JSON":                {`"standings":[`, `"standings":[` + strings.Repeat("{},", 1<<18)},
		"cannot unmarshal":             {`"height":40`, `"height":"40"`},
		"bytes, at most 16777216 are ": {`"height":40`, strings.Repeat(" ", 16<<20) + `"height":40`},
	} {
		require.Contains(t, good, c[0])
		_, err := parseState([]byte(strings.Replace(good, c[0], c[1], 1)))
		require.ErrorContains(t, err, why)
	}
}

// Whatever a state file holds, what is accepted of it can be acted upon, written and read again.
func FuzzState(f *testing.F) {
	f.Add([]byte(stateText(f)), uint64(3))
	f.Add([]byte(`{"format":"dendra validator state","version":1,"standings":[{},{"sum":1e9,"mass":1e-9}],"ledger":{"wish":{},"commits":[{},{"epoch":18446744073709551615}]}}`), uint64(1))
	f.Add([]byte(`{"format":"dendra validator state","version":1,"keep":["00"],"memory":"!"}`), uint64(0))
	f.Fuzz(func(t *testing.T, text []byte, epoch uint64) {
		s, err := parseState(text)
		if err != nil {
			return
		}
		s.Ledger, _ = s.Ledger.Observe(View{Height: 41, Epoch: epoch, NextEpoch: 60, CommitReveal: true, RevealEpochs: 1, LastUpdate: 39, Permit: true})
		scoring.Sort(s.Standings)
		again, err := json.Marshal(s)
		require.NoError(t, err)
		_, err = parseState(again)
		require.NoError(t, err)
	})
}
