package pretrain

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
)

// An exam may compute so much and no more, or it would not end before its epoch. How much that is follows from the epoch's
// length in blocks, and who is measured within it from what the files' heads say, from the memory and from the beacon: so
// everybody who holds the exam, or holds it again, measures the same artifacts.
//
// Half of the work is for those who are known from earlier exams, a quarter for what is only remembered, a quarter for
// newcomers. What one of them leaves over goes to the others, in this order, except that what is remembered never takes more
// than half. MaxWork fits into each quarter, so whoever comes first among newcomers is measured.

const (
	usualWork = 16 * MaxWork // what thirty-six of the largest usual nets take, half a minute of one core
	shortWork = 4 * MaxWork  // eight of them, three seconds
	longEpoch = 80           // blocks from which an epoch has room for usualWork
)

// workOf is how many multiplications for a byte all artifacts of an exam together may take in an epoch of so many blocks.
func workOf(blocks int64) int {
	return max(int(min(max(blocks, 0), longEpoch)*usualWork/longEpoch), shortWork)
}

// leastWork is what an n-gram counts for.
const leastWork = 1 << 16

// price is what an artifact counts for, as its head has it.
func price(artifact []byte) (int, error) {
	c, err := shape(artifact)
	if err != nil {
		return 0, err
	}
	w := work(c)
	if w > MaxWork {
		return 0, tooDear(w)
	}
	return max(w, leastWork), nil
}

// field is what an exam has to measure, each part in the order in which it is served.
type field struct {
	known, prior, newcomers []*piece
}

// plan chooses what is measured with so much work.
func (f field) plan(work int) (chosen []*piece) {
	left := work
	grant := func(list []*piece, most int) (used int, waiting []*piece) {
		most = min(most, left)
		for _, p := range list {
			if used+p.cost > most {
				waiting = append(waiting, p)
				continue
			}
			used += p.cost
			chosen = append(chosen, p)
		}
		left -= used
		return used, waiting
	}
	_, known := grant(f.known, work/2)
	recalled, prior := grant(f.prior, work/4)
	_, newcomers := grant(f.newcomers, work/4)
	grant(known, left)
	grant(prior, work/2-recalled)
	grant(newcomers, left)
	return chosen
}

// field sorts what there is to measure: those whom an earlier exam let in, the latest and best first; newcomers, those first
// on whom least was spent; and the nth artifact of one owner after the first of every other, so that nobody comes more often
// by having more hotkeys. The beacon decides what is left: nobody can choose to come first.
func (x *exam) field(pieces []*piece, m memory) field {
	f := field{prior: x.recalled(pieces, m.Records)}
	best := map[string]record{} // by owner, that which ranks it
	for _, r := range m.Records {
		if had, ok := best[string(r.Owner)]; !ok || r.compare(had) < 0 {
			best[string(r.Owner)] = r
		}
	}
	for _, p := range pieces {
		if _, known := best[string(p.Owner)]; known {
			f.known = append(f.known, p)
		} else {
			f.newcomers = append(f.newcomers, p)
		}
	}
	spent := map[string]int{}
	for _, a := range m.Spent {
		spent[a.Holder] = a.Work
	}
	x.queue(f.known, func(a, b *piece) int { return best[string(a.Owner)].compare(best[string(b.Owner)]) })
	x.queue(f.newcomers, func(a, b *piece) int { return cmp.Compare(spent[a.holder()], spent[b.holder()]) })
	return f
}

// queue puts pieces in order, and the nth of one holder after the first n-1 of the others.
func (x *exam) queue(list []*piece, compare func(a, b *piece) int) {
	turn := func(p *piece) []byte {
		sum := sha256.Sum256(append(x.Beacon[:], p.Digest[:]...))
		return sum[:]
	}
	slices.SortFunc(list, func(a, b *piece) int { return cmp.Or(compare(a, b), bytes.Compare(turn(a), turn(b))) })
	count, nth := map[string]int{}, map[*piece]int{}
	for _, p := range list {
		nth[p] = count[p.holder()]
		count[p.holder()]++
	}
	slices.SortStableFunc(list, func(a, b *piece) int { return cmp.Compare(nth[a], nth[b]) })
}

// priorArt is how many artifacts of earlier exams are measured again at most.
const priorArt = 8

// recalled lists what is remembered and not in this exam, the most relevant first: the roots of those who are in it, whose
// place hangs on them; then what was let in most lately, which is what a copy would be of; then by loss.
func (x *exam) recalled(now []*piece, old []record) (list []*piece) {
	current, here := map[digest]bool{}, map[string]bool{}
	for _, p := range now {
		current[p.Digest], here[string(p.Owner)] = true, true
	}
	old = slices.Clone(old)
	root := func(r record) int {
		if r.Root && here[string(r.Owner)] {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(old, func(a, b record) int { return cmp.Or(cmp.Compare(root(a), root(b)), a.compare(b)) })
	for _, r := range old {
		if current[r.Digest] {
			continue
		}
		content, ok := x.shelved(r.Digest)
		cost, err := price(content)
		if !ok || err != nil { // it had a price before: this is not the shelf it was put on
			x.lost[r.Digest] = true
			continue
		}
		if list = append(list, &piece{record: r, uid: remembered, content: content, cost: cost}); len(list) == priorArt {
			break
		}
	}
	return list
}

// account is what newcomers of one holder have cost lately.
type account struct {
	Holder string `json:"holder"`
	Work   int    `json:"work"`
}

// maxAccounts is how many of them are remembered, those of most work.
const maxAccounts = 256

// charge writes down what newcomers took. A sixteenth of it is forgotten with each exam, so that nobody waits for ever for who
// comes later.
func charge(old []account, took []*piece) []account {
	spent := map[string]int{}
	for _, a := range old {
		spent[a.Holder] = a.Work - a.Work/16
	}
	for _, p := range took {
		spent[p.holder()] += p.cost
	}
	var list []account
	for holder, work := range spent {
		if work >= leastWork {
			list = append(list, account{holder, work})
		}
	}
	slices.SortFunc(list, func(a, b account) int { return cmp.Or(cmp.Compare(b.Work, a.Work), cmp.Compare(a.Holder, b.Holder)) })
	return list[:min(len(list), maxAccounts)]
}

func tooDear(work int) error {
	return fmt.Errorf("%w: %d multiplications a byte, the most is %d; fewer layers or a shorter context help", ErrWork, work, MaxWork)
}
