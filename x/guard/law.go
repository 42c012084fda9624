package guard

import (
	"context"
	"fmt"
	"strings"

	"cosmossdk.io/math"
)

// Law is one equation of the books. Check reads the state and says whether the law holds; when it does not, detail has
// the numbers of both sides. An error means that the state could not be read, which counts as broken.
type Law struct {
	Name  string // module and subject, as "stake/pools"
	Check func(ctx context.Context) (holds bool, detail string, err error)
}

// Equal compares the two sides of a law: its results are those of a Law's Check.
func Equal(leftName string, left math.Int, rightName string, right math.Int) (bool, string, error) {
	if left.Equal(right) {
		return true, "", nil
	}
	return false, fmt.Sprintf("%s: %s rao; %s: %s rao; difference %s rao",
		leftName, left, rightName, right, left.Sub(right)), nil
}

// Broken returns the laws that do not hold, in order.
func Broken(laws []Invariant) []Invariant {
	var broken []Invariant
	for _, law := range laws {
		if !law.Holds {
			broken = append(broken, law)
		}
	}
	return broken
}

// Breach stops the chain: the books are wrong and every further block would hide why. It panics with an ErrBroken that
// names the height, every broken law and its numbers.
func Breach(height int64, broken []Invariant) {
	lines := make([]string, len(broken))
	for i, law := range broken {
		lines[i] = law.Name + ": " + law.Detail
	}
	panic(ErrBroken.Wrapf("%d at height %d: %s", len(broken), height, strings.Join(lines, "; ")))
}
