package pretrain

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/dendra-net/dendra/corpus/fresh"
)

// What a shard is made of, unless an Examiner says otherwise: enough text that two models a few hundredths of a bit apart
// are told apart, and little enough that a model of a million parameters reads it in a second.
const (
	ShardPassages = 24
	PassageBytes  = 512
)

const shardDomain = "dendra/pretrain/shard/v1"

// ShardSeed is what an epoch's shard is drawn from, and the same for everybody: the beacon is the hash of the block at
// which the exam opened.
func ShardSeed(chainID string, netuid uint16, epoch uint64, beacon [32]byte) [32]byte {
	return tagged(shardDomain, chainID, netuid, epoch, beacon)
}

// tagged hashes what names one exam, with the purpose in front.
func tagged(domain, chainID string, netuid uint16, epoch uint64, secret [32]byte) [32]byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(domain)))
	b = append(b, domain...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(chainID)))
	b = append(b, chainID...)
	b = binary.BigEndian.AppendUint16(b, netuid)
	b = binary.BigEndian.AppendUint64(b, epoch)
	return sha256.Sum256(append(b, secret[:]...))
}

// textsOf are what a shard's passages say: what miners train on once the exam is over.
func textsOf(passages []fresh.Passage) [][]byte {
	texts := make([][]byte, len(passages))
	for i, p := range passages {
		texts[i] = p.Text
	}
	return texts
}

// PublicShard draws an epoch's shard of shipped text, as every validator that has no text of its own does.
func PublicShard(seed [32]byte) ([]fresh.Passage, error) {
	source, err := fresh.Corpus()
	if err != nil {
		return nil, err
	}
	passages, err := source.Draw(seed, ShardPassages, PassageBytes)
	if err != nil {
		return nil, fmt.Errorf("draw the shard: %w", err)
	}
	return passages, nil
}

// Opens is the height at which the exam opens of an epoch that runs from begin to end-1: most of it is left for the exam,
// and for the votes that follow from it. Miners train from one exam to the next, wherever in the epoch it lies.
func Opens(begin, end int64) int64 { return begin + (end-begin)*3/10 }
