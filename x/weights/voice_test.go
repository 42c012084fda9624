package weights_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dendra-net/dendra/x/weights"
)

// R-WEIGHTS-9
func TestVoices(t *testing.T) {
	for _, c := range []struct {
		name                string
		stake, registeredAt []uint64
		minStake            uint64
		seats               uint32
		want                []uint64
	}{
		{"nobody there", nil, nil, 0, 3, []uint64{}},
		{"nobody has stake", []uint64{0, 0, 0}, []uint64{5, 6, 7}, 0, 3, []uint64{1, 1, 1}},
		{"the first of them", []uint64{0, 0, 0}, []uint64{7, 5, 6}, 0, 2, []uint64{0, 1, 1}},
		{"of one height, the lowest uid", []uint64{0, 0, 0}, []uint64{5, 5, 5}, 0, 1, []uint64{1, 0, 0}},
		{"one rao ends it", []uint64{0, 0, 1}, []uint64{5, 6, 7}, 0, 3, []uint64{0, 0, 1}},
		{"a subnet that asks for stake", []uint64{0, 0}, []uint64{5, 6}, 1, 3, []uint64{0, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, weights.Voices(c.stake, c.registeredAt, c.minStake, c.seats))
		})
	}
}

// R-WEIGHTS-9: without stake there are as many voices as seats or neurons, whichever is less, and none is older than one
// that was passed over.
func TestVoicesGoToTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		registered := rapid.SliceOfN(rapid.Uint64Max(20), 1, 50).Draw(t, "registered")
		seats := rapid.Uint32Range(1, 64).Draw(t, "seats")
		voices := weights.Voices(make([]uint64, len(registered)), registered, 0, seats)
		latest, count := uint64(0), 0
		for uid, v := range voices {
			if v == 1 {
				latest, count = max(latest, registered[uid]), count+1
			}
		}
		require.Equal(t, min(len(registered), int(seats)), count)
		for uid, v := range voices {
			require.False(t, v == 0 && registered[uid] < latest, "uid %d was passed over", uid)
		}
	})
}
