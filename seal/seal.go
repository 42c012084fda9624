// Package seal holds the hashes on which the chain and its clients must agree byte for byte: the work that buys a
// registration, and the commitment that hides a vote until it is revealed.
//
// Its one invariant: every hash binds the chain, the subnet and the hotkey, so that nothing made for one of them is
// worth anything elsewhere.
package seal

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"

	"golang.org/x/crypto/sha3"
)

// Challenge is the part of the work that does not change with the nonce:
// keccak256(blockHash ‖ hotkey ‖ netuid_le2 ‖ chainID).
func Challenge(blockHash, hotkey []byte, netuid uint16, chainID string) [32]byte {
	h := sha3.NewLegacyKeccak256()
	h.Write(blockHash)
	h.Write(hotkey)
	h.Write(binary.LittleEndian.AppendUint16(nil, netuid))
	h.Write([]byte(chainID))
	return [32]byte(h.Sum(nil))
}

// Work is the seal of one nonce: keccak256(sha256(nonce_le8 ‖ challenge)).
func Work(challenge [32]byte, nonce uint64) [32]byte {
	var in [40]byte
	binary.LittleEndian.PutUint64(in[:8], nonce)
	copy(in[8:], challenge[:])
	inner := sha256.Sum256(in[:])
	h := sha3.NewLegacyKeccak256()
	h.Write(inner[:])
	return [32]byte(h.Sum(nil))
}

// Meets reports whether the seal, read as a big-endian number, is below 2^256 / difficulty. Difficulty 0 is met by
// nothing; the expected number of nonces to try is the difficulty.
func Meets(work [32]byte, difficulty uint64) bool {
	if difficulty == 0 {
		return false
	}
	// work * difficulty must not overflow 256 bits.
	var carry uint64
	for i := 24; i >= 0; i -= 8 {
		hi, lo := bits.Mul64(binary.BigEndian.Uint64(work[i:]), difficulty)
		_, c := bits.Add64(lo, carry, 0)
		carry = hi + c
	}
	return carry == 0
}

// Vote is what a commitment hides.
type Vote struct {
	UIDs        []uint16
	Generations []uint32
	Weights     []uint16
	Version     uint64
}

// Commit is the hash of a vote under a secret salt:
// sha256("dendra/weights/v1" ‖ 0 ‖ chainID ‖ 0 ‖ netuid_le2 ‖ hotkey ‖ version_le8 ‖ salt ‖ n_le4 ‖ n × (uid_le2 ‖ generation_le4 ‖ weight_le2)).
// The three slices of v must have one length.
func Commit(chainID string, netuid uint16, hotkey []byte, v Vote, salt [16]byte) [32]byte {
	b := make([]byte, 0, 96+8*len(v.UIDs))
	b = append(b, "dendra/weights/v1\x00"...)
	b = append(b, chainID...)
	b = append(b, 0)
	b = binary.LittleEndian.AppendUint16(b, netuid)
	b = append(b, hotkey...)
	b = binary.LittleEndian.AppendUint64(b, v.Version)
	b = append(b, salt[:]...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(v.UIDs)))
	for i, uid := range v.UIDs {
		b = binary.LittleEndian.AppendUint16(b, uid)
		b = binary.LittleEndian.AppendUint32(b, v.Generations[i])
		b = binary.LittleEndian.AppendUint16(b, v.Weights[i])
	}
	return sha256.Sum256(b)
}
