package seal_test

import (
	"encoding/hex"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/sha3"

	"github.com/dendra-net/dendra/seal"
)

// The published vectors bind only block hash and hotkey; ours adds netuid and chain, so the inner hash is rebuilt here.
func TestWorkVectors(t *testing.T) {
	var in [64]byte
	for i := range in {
		in[i] = byte(i)
	}
	h := sha3.NewLegacyKeccak256()
	h.Write(in[:])
	inner := [32]byte(h.Sum(nil))
	require.Equal(t, "002030bde3d4cf89919649775cd71875c4d0ab1708a380e03fefc3a28aa24831", hex.EncodeToString(inner[:]))
	for nonce, want := range map[uint64]string{
		0:       "7fa57701fa690542fbae6145fcaf7b2021e35f398214eca60cd946604961f035",
		1:       "99b497c90f503438b3bbca814571c195adfd3c3453c2c0ede10d4ce6cb10b9d1",
		1 << 40: "d181da4de3915e3acdedc903ba0de6366bb5ddf32f8efccf8d3f54d62021a815",
	} {
		got := seal.Work(inner, nonce)
		require.Equal(t, want, hex.EncodeToString(got[:]), "nonce %d", nonce)
	}
	first := uint64(0)
	for !seal.Meets(seal.Work(inner, first), 100) {
		first++
	}
	require.Equal(t, uint64(310), first)
}

func TestMeetsIsTheProductTest(t *testing.T) {
	limit := new(big.Int).Lsh(big.NewInt(1), 256)
	for nonce := range uint64(2000) {
		w := seal.Work([32]byte{1}, nonce)
		d := 1 + nonce*nonce*nonce
		want := new(big.Int).Mul(new(big.Int).SetBytes(w[:]), new(big.Int).SetUint64(d)).Cmp(limit) < 0
		require.Equal(t, want, seal.Meets(w, d))
	}
	require.False(t, seal.Meets([32]byte{}, 0))
	require.True(t, seal.Meets([32]byte{}, ^uint64(0)))
}

func TestChallengeBindsEverything(t *testing.T) {
	base := seal.Challenge([]byte("block"), []byte("hotkey"), 1, "dendra-1")
	require.NotEqual(t, base, seal.Challenge([]byte("block"), []byte("hotkey"), 2, "dendra-1"))
	require.NotEqual(t, base, seal.Challenge([]byte("block"), []byte("hotkey"), 1, "dendra-2"))
	require.NotEqual(t, base, seal.Challenge([]byte("blocl"), []byte("hotkey"), 1, "dendra-1"))
	require.NotEqual(t, base, seal.Challenge([]byte("block"), []byte("hotkez"), 1, "dendra-1"))
}

func TestCommitBindsEveryField(t *testing.T) {
	v := seal.Vote{UIDs: []uint16{1, 2}, Generations: []uint32{0, 1}, Weights: []uint16{65535, 3}, Version: 7}
	base := seal.Commit("c", 1, []byte("h"), v, [16]byte{9})
	for name, other := range map[string][32]byte{
		"chain":   seal.Commit("d", 1, []byte("h"), v, [16]byte{9}),
		"netuid":  seal.Commit("c", 2, []byte("h"), v, [16]byte{9}),
		"hotkey":  seal.Commit("c", 1, []byte("i"), v, [16]byte{9}),
		"salt":    seal.Commit("c", 1, []byte("h"), v, [16]byte{8}),
		"uid":     seal.Commit("c", 1, []byte("h"), seal.Vote{UIDs: []uint16{1, 3}, Generations: v.Generations, Weights: v.Weights, Version: 7}, [16]byte{9}),
		"gen":     seal.Commit("c", 1, []byte("h"), seal.Vote{UIDs: v.UIDs, Generations: []uint32{0, 2}, Weights: v.Weights, Version: 7}, [16]byte{9}),
		"weight":  seal.Commit("c", 1, []byte("h"), seal.Vote{UIDs: v.UIDs, Generations: v.Generations, Weights: []uint16{65535, 4}, Version: 7}, [16]byte{9}),
		"version": seal.Commit("c", 1, []byte("h"), seal.Vote{UIDs: v.UIDs, Generations: v.Generations, Weights: v.Weights, Version: 8}, [16]byte{9}),
	} {
		require.NotEqual(t, base, other, name)
	}
}
