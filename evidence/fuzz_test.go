package evidence

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
)

// someone is a hotkey.
var someone = neuron.KeyFromSeed([32]byte{1}).Address()

// Whatever a server sends for a curve, reading it ends, and what is accepted can be shown, sent on and read again.
func FuzzCurve(f *testing.F) {
	good, err := json.Marshal(Curve{Netuid: 2, Points: []Point{
		{Epoch: 3, Height: 60, Miners: []MinerPoint{{Hotkey: someone, Share: 0.5, StdErr: 0.1, Pruning: 0.01, Facts: []Fact{{"bits_per_byte", 2.5, 0.1}}}}},
		{Epoch: 4, Miners: []MinerPoint{}, Facts: []Fact{{Name: "mixture", Value: 2}}},
	}})
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(`{"netuid":2,"points":[{},{"epoch":1,"facts":[{}]},{"epoch":1}]}`))
	f.Add([]byte(`{"netuid":2,"points":[1,[],null,{"epoch":1e3}]}`))
	f.Add([]byte(`{"netuid":2,"points":[{"miners":[{"hotkey":"tao1","share":1e300}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parseCurve(text, 2)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(c.Points), curveEpochs)
		again, err := json.Marshal(c)
		require.NoError(t, err)
		_, err = parseCurve(again, 2)
		require.NoError(t, err)
	})
}

// Whatever an index holds, what is accepted of it can be cut to the limits, noted on the chain, written and read again.
func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"chain_id":"test-1","netuid":1,"validator":"` + string(someone) + `","entries":[{"epoch":3,"digest":"` + strings.Repeat("0", 64) +
		`","bytes":5,"blobs":[{"digest":"` + strings.Repeat("1", 64) + `","bytes":7}],"released":true,"voting":true,"pruning":{"uids":[1],"generations":[0],"scores":[5]}}]}`))
	f.Add([]byte(`{"entries":[{"bytes":-1},{"epoch":1,"released":true,"voting":true,"pruning":{"uids":[1]}}]}`))
	f.Add([]byte(`{"entries":[{},{"epoch":1,"point":{"epoch":7,"miners":null}},{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		i, err := parseIndex(text)
		if err != nil {
			return
		}
		i.trim()
		note, _ := (&Store{index: i}).Unpublished("http://h")
		require.Len(t, note.Generations, len(note.UIDs))
		require.Len(t, note.Pruning, len(note.UIDs))
		again, err := json.Marshal(i)
		require.NoError(t, err)
		_, err = parseIndex(again)
		require.NoError(t, err)
	})
}

// An index that cannot be is refused when the store is opened, with what to do about it.
func TestBadIndexesAreRefused(t *testing.T) {
	for why, entries := range map[string]string{
		"epoch 0 follows epoch 0": `{},{}`,
		"9 epochs":                `{"epoch":1},{"epoch":2},{"epoch":3},{"epoch":4},{"epoch":5},{"epoch":6},{"epoch":7},{"epoch":8},{"epoch":9}`,
		"file of -1 bytes":        `{"bytes":-1}`,
		"blob of -7 bytes":        `{"blobs":[{"bytes":-7}]}`,
		"1 uids, 0 generations":   `{"pruning":{"uids":[1]}}`,
		"too much JSON":           strings.Repeat(`[],`, 400_000) + `[]`,
		"cannot unmarshal":        `1`,
	} {
		dir := t.TempDir()
		require.NoError(t, os.MkdirAll(storeDir(dir, 1), 0o700))
		require.NoError(t, os.WriteFile(indexPath(storeDir(dir, 1)), []byte(`{"chain_id":"test-1","netuid":1,"validator":"`+string(someone)+`","entries":[`+entries+`]}`), 0o600))
		_, err := Open(dir, "test-1", 1, someone)
		require.ErrorIs(t, err, ErrStore, why)
		require.ErrorContains(t, err, why)
		require.ErrorContains(t, err, "move it aside")
	}
}
