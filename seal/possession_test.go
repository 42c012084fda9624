package seal_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/seal"
)

func TestPossessionIsDrawnByteForByte(t *testing.T) {
	got := seal.Possession("dendra-1", 258, []byte{0xaa, 0xbb})
	require.Equal(t, "64656e6472612f72656769737465722f763100"+"64656e6472612d3100"+"0201"+"aabb", hex.EncodeToString(got))
}

func TestPossessionBindsEverything(t *testing.T) {
	base := seal.Possession("dendra-1", 1, []byte("coldkey"))
	require.NotEqual(t, base, seal.Possession("dendra-2", 1, []byte("coldkey")))
	require.NotEqual(t, base, seal.Possession("dendra-1", 2, []byte("coldkey")))
	require.NotEqual(t, base, seal.Possession("dendra-1", 1, []byte("coldkez")))
}
