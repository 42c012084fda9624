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

// maxIdle is through how many exams in a row something is remembered whose owner is not let in, or not there any more: a day,
// where epochs take an hour. It must outlast bad exams and outages; but what is remembered for ever is measured for ever.
const maxIdle = 24

// known lists what there is to remember: what was let in, which is the root of its owner's line if it counts from its own
// commit, the roots of those who were let in, and for a while the roots and the latest of those who were not. What was never
// let in is nobody's prior art, least of all that of whom it was copied from.
func (x *exam) known(old []record, prior []*piece, admitted map[neuron.Address]*piece) (list []record) {
	bits, rooted := map[digest]float64{}, map[neuron.Address]bool{}
	for _, p := range prior {
		bits[p.Digest], rooted[p.Owner] = p.Bits, rooted[p.Owner] || p.Root
	}
	renewed := map[digest]bool{}
	for _, c := range x.Miners {
		p, ok := admitted[c.Hotkey]
		if !ok {
			continue
		}
		// A root that the exam's work did not suffice for stays one.
		p.Root = p.Root || p.since == p.Height && (rooted[p.Owner] || !slices.ContainsFunc(old, func(r record) bool { return r.Root && r.Owner == p.Owner }))
		p.Idle, renewed[p.Digest] = 0, true
		list = append(list, p.record)
	}
	for _, r := range old {
		if b, measured := bits[r.Digest]; measured {
			r.Bits = b
		}
		now, ok := admitted[r.Owner]
		if ok {
			r.Idle = 0
		} else {
			r.Idle++
		}
		superseded := ok && (now.Root || !r.Root)
		if !renewed[r.Digest] && !superseded && !x.lost[r.Digest] && r.Idle <= maxIdle {
			list = append(list, r)
		}
	}
	return list
}
