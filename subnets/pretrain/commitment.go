package pretrain

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/dendra-net/dendra/neuron"
)

// What a miner commits names its hotkey and its file, and shows neither: the SHA-256 of three lines,
//
//	dendra/pretrain/artifact/v1
//	tao1...                       the hotkey's address
//	9f86d081...                   hexadecimal SHA-256 of the file
//
// each ended by a line feed. Who sees a commitment, on the chain or before it is there, cannot make one of its own for the
// same file: for that it needs the file's digest, which nobody learns before the commitment is on the chain and the file is
// handed out. And the commitment itself is worth nothing under another hotkey.
const commitmentDomain = "dendra/pretrain/artifact/v1"

// Commitment is what the miner with that hotkey commits for the file with that SHA-256.
func Commitment(hotkey neuron.Address, digest [32]byte) [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n", commitmentDomain, hotkey, hex.EncodeToString(digest[:])))
}

// stands tells whether what a neuron committed is a claim to the file with that digest.
func stands(c neuron.Committed, digest [32]byte) bool {
	return len(c.Data) == 32 && [32]byte(c.Data) == Commitment(c.Hotkey, digest)
}

// claimed is the height from which a claim counts: since its owner first made it, as far as the chain can tell. Bytes that
// another hotkey committed first, which knew them from the mempool, count from their owner's own commit.
func claimed(c neuron.Committed) int64 {
	if c.First == c.Hotkey {
		return c.FirstHeight
	}
	return c.Height
}

// claim is somebody's to a file.
type claim struct {
	owner  neuron.Address
	height int64
	uid    int // decides between commits of one block, whose order the chain does not tell
}

// compare puts the claim first that was made first.
func (a claim) compare(b claim) int {
	return cmp.Or(cmp.Compare(a.height, b.height), cmp.Compare(a.uid, b.uid))
}

// remembered is the uid of claims from earlier exams, which are older than others of their block.
const remembered = -1

// first is the first claim to p's file, of all miners, whether they hand the file out now or not, and of those remembered.
func (x *exam) first(p *piece, old []record) claim {
	least := claim{p.Owner, p.Height, p.uid}
	note := func(c claim) {
		if c.compare(least) < 0 {
			least = c
		}
	}
	for _, c := range x.Miners {
		if stands(c.Committed, p.Digest) && c.Committed.Height < x.Opened {
			note(claim{c.Hotkey, claimed(c.Committed), int(c.UID)})
		}
	}
	for _, r := range old {
		if r.Digest == p.Digest {
			note(claim{r.Owner, r.Height, remembered})
		}
	}
	return least
}

// owned leaves the pieces whose owners were the first to commit the file. A claim that is remembered keeps its height, even
// when its owner has committed something else in between.
func (x *exam) owned(list []*piece, old []record) (own []*piece) {
	for _, p := range list {
		first := x.first(p, old)
		if first.owner != p.Owner {
			x.refuse(p.Owner, "%s committed this artifact first, in block %d", first.owner, first.height)
			continue
		}
		p.Height = first.height
		own = append(own, p)
	}
	return own
}
