package pretrain

import (
	"math"
	"slices"

	"github.com/dendra-net/dendra/neuron"
)

// Whoever publishes first is paid for what it told, and those after it for what they tell beyond. But a miner that trains on
// publishes anew in each epoch, and would always be the latest to tell what it told first. So its artifact counts from its
// root: the first of its line that was let in. The line goes on while the artifact is more like its root than like anything of
// another owner that was there before it; else what it now tells may be theirs, and it begins a line of its own. The root does
// not move, so nobody can become another by small steps and keep its age. And whoever publishes what is more like the line's
// own past than like its present copied from it, and does not break it.

// descend sets from when each piece counts.
func descend(pieces, prior []*piece) {
	for _, p := range pieces {
		p.since = p.Height
		if root := rootOf(p, prior); root != nil && distance(p.bits, root.bits) < nearest(p, pieces, prior) {
			p.since = root.Height
		}
	}
}

// rootOf is the root of a piece's owner, unless that is the piece itself.
func rootOf(p *piece, prior []*piece) *piece {
	for _, r := range prior {
		if r.Root && r.Owner == p.Owner {
			return r
		}
	}
	return nil
}

// nearest is how far the likest artifact of another owner is that was there before p, and not copied from p's past.
func nearest(p *piece, pieces, prior []*piece) float64 {
	var past []*piece
	for _, r := range prior {
		if r.holder() == p.holder() {
			past = append(past, r)
		}
	}
	least := math.Inf(1)
	for _, o := range slices.Concat(pieces, prior) {
		if o.holder() == p.holder() || o.Height >= p.Height {
			continue
		}
		far := distance(p.bits, o.bits)
		copied := slices.ContainsFunc(past, func(own *piece) bool { return distance(o.bits, own.bits) < far })
		if !copied {
			least = min(least, far)
		}
	}
	return least
}

// distance is by how many bits two models differ, on average over the bytes.
func distance(a, b []float32) float64 {
	var sum float64
	for i := range a {
		sum += math.Abs(float64(a[i]) - float64(b[i]))
	}
	return sum / float64(len(a))
}

// known lists what there is to remember: what was let in, which is the root of its owner's line if it counts from its own
// commit, and the roots and the latest of those who were let in before and have nothing better now. What was never let in is
// nobody's prior art, least of all that of whom it was copied from.
func known(pieces, prior []*piece, admitted map[neuron.Address]*piece) []record {
	var list []record
	for _, p := range pieces {
		if admitted[p.Owner] == p {
			p.Root = p.since == p.Height
			list = append(list, p.record)
		} else if p.Root {
			list = append(list, p.record) // a root stays one, even if there was nothing new to it this time
		}
	}
	for _, r := range prior {
		now, renewed := admitted[r.Owner]
		if !renewed || r.Root && !now.Root {
			list = append(list, r.record)
		}
	}
	return list
}
