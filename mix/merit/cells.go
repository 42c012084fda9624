package merit

import "slices"

// A mixture that believes different members in different places needs to know which places are alike. Contexts are
// told apart by what kinds of characters they hold, which says what sort of text they are from, and by how they end.
// Nothing of this looks at what came, so all of a panel may be used.

const (
	looksBack  = 64 // bytes of a context that are heeded
	characters = 12 // kinds of characters
	sorts      = 8  // of text, at most
	endings    = 5  // kinds of last bytes
)

var kindOf = func() (kinds [256]uint8) {
	for b := range kinds {
		kinds[b] = characterOf(byte(b))
	}
	return kinds
}()

func characterOf(b byte) uint8 {
	switch {
	case b >= 'a' && b <= 'z':
		return 0
	case b >= 'A' && b <= 'Z':
		return 1
	case b >= '0' && b <= '9':
		return 2
	case b == ' ':
		return 3
	case b == '\n':
		return 4
	case b == '\t':
		return 5
	case b == '.' || b == ',':
		return 6
	case b == '\'' || b == '"' || b == '`':
		return 7
	case b == ';' || b == ':' || b == '!' || b == '?' || b == '-':
		return 8
	case b == '(' || b == ')' || b == '[' || b == ']' || b == '{' || b == '}':
		return 9
	case b < 0x80:
		return 10
	}
	return 11
}

// endingOf is the kind of the last byte.
func endingOf(context []byte) int {
	if len(context) == 0 {
		return endings - 1
	}
	switch kindOf[context[len(context)-1]] {
	case 0, 1:
		if len(context) > 1 && kindOf[context[len(context)-2]] <= 1 {
			return 0 // within a word
		}
		return 1 // at the second letter of one
	case 3:
		return 2
	case 4, 5:
		return 3
	}
	return 4
}

// look is how often each kind of character occurs in a context. Rare kinds tell more than common ones, so they weigh
// more.
type look [characters]float64

var tells = look{1, 2, 2, 1, 3, 4, 2, 3, 3, 4, 4, 4}

func lookOf(context []byte) (l look) {
	tail := context[max(0, len(context)-looksBack):]
	if len(tail) == 0 {
		return l
	}
	for _, b := range tail {
		l[kindOf[b]]++
	}
	for k := range l {
		l[k] *= tells[k] / float64(len(tail))
	}
	return l
}

func (l *look) distance(m *look) float64 {
	sum := 0.0
	for k := range l {
		d := l[k] - m[k]
		sum += float64(d * d)
	}
	return sum
}

// cells are where each position belongs: to a sort of text, and to that sort and an ending.
type cells struct {
	sort, fine []uint8
}

func cellsOf(positions []Position) cells {
	looks := make([]look, len(positions))
	for i, p := range positions {
		looks[i] = lookOf(p.Context)
	}
	c := cells{sort: sorted(looks), fine: make([]uint8, len(positions))}
	for i, p := range positions {
		c.fine[i] = c.sort[i]*endings + uint8(endingOf(p.Context))
	}
	return c
}

const rounds = 8 // in which centres move

// sorted gives each look the number of its sort, by k-means from centres that are far from each other.
func sorted(looks []look) []uint8 {
	centres := farApart(looks)
	of := make([]uint8, len(looks))
	for range rounds {
		var sums [sorts]look
		var counts [sorts]float64
		for i := range looks {
			k := nearest(&looks[i], centres)
			of[i] = uint8(k)
			counts[k]++
			for c, v := range looks[i] {
				sums[k][c] += v
			}
		}
		for k := range centres {
			if counts[k] > 0 {
				for c := range centres[k] {
					centres[k][c] = sums[k][c] / counts[k]
				}
			}
		}
	}
	return of
}

func nearest(l *look, centres []look) int {
	best, at := l.distance(&centres[0]), 0
	for k := 1; k < len(centres); k++ {
		if d := l.distance(&centres[k]); d < best {
			best, at = d, k
		}
	}
	return at
}

// farApart picks looks by turns, each the farthest from those picked but for the farthest hundredth, which are odd.
func farApart(looks []look) []look {
	centres := []look{looks[0]}
	far := make([]float64, len(looks))
	order := make([]int, len(looks))
	for len(centres) < sorts {
		for i := range looks {
			far[i], order[i] = looks[i].distance(&centres[nearest(&looks[i], centres)]), i
		}
		slices.SortFunc(order, func(a, b int) int {
			if far[a] != far[b] {
				if far[a] > far[b] {
					return -1
				}
				return 1
			}
			return a - b
		})
		next := order[len(order)/100]
		if far[next] == 0 {
			break
		}
		centres = append(centres, looks[next])
	}
	return centres
}
