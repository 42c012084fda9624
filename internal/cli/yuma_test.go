package cli_test

import (
	"encoding/json"
	"math/big"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/x/weights"
)

// Rows of votes are scaled by the chain as the vectors of scaling say, where they are such rows: whole numbers.
func TestVotesAreScaledAsTheVectorsSay(t *testing.T) {
	text, err := os.ReadFile("../../yuma/testdata/public/max_upscale_u16.json")
	require.NoError(t, err)
	var file struct {
		Cases []struct {
			Values []json.Number
			Expect []uint32
		}
	}
	require.NoError(t, json.Unmarshal(text, &file))
	rows := 0
	for _, c := range file.Cases {
		if row, ok := wholeNumbers(c.Values); ok {
			rows++
			require.Equal(t, c.Expect, weights.Upscale(row))
		}
	}
	require.GreaterOrEqual(t, rows, 10)
}

func wholeNumbers(values []json.Number) ([]uint32, bool) {
	out := make([]uint32, len(values))
	for i, v := range values {
		x, ok := new(big.Rat).SetString(v.String())
		if !ok || !x.IsInt() {
			return nil, false
		}
		out[i] = uint32(x.Num().Uint64())
	}
	return out, true
}

// The chain takes any weight that fits its field, whatever part of the vote it is: why cases about a largest part are
// not applicable.
func TestNoLimitOnOneWeight(t *testing.T) {
	for _, row := range [][]uint32{{65535}, {65535, 0}, {1, 65535}} {
		v := weights.Vote{UIDs: []uint32{0, 1}[:len(row)], Generations: make([]uint32, len(row)), Weights: row}
		require.NoError(t, v.Check(2, 1, 0))
	}
}
