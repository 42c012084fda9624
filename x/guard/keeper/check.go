package keeper

import (
	"fmt"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/guard"
)

// Check computes every law on the state of ctx (R-GUARD-3). A law that panics or cannot read the state is broken, with
// the message as its detail. The error is ErrUnchecked when gas ran out or the caller went away: then nothing is known.
func (k *Keeper) Check(ctx sdk.Context) ([]guard.Invariant, error) {
	out := make([]guard.Invariant, 0, len(k.laws))
	for _, law := range k.laws {
		if err := ctx.Context().Err(); err != nil {
			return nil, guard.ErrUnchecked.Wrapf("before law %s: %s", law.Name, err)
		}
		result, err := checkOne(ctx, law)
		if err != nil {
			return nil, err
		}
		out = append(out, result)
	}
	return out, nil
}

// checkOne runs a law on a branch of the state that is thrown away.
func checkOne(ctx sdk.Context, law guard.Law) (result guard.Invariant, err error) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case storetypes.ErrorOutOfGas:
			err = guard.ErrUnchecked.Wrapf("law %s ran out of gas in %s", law.Name, cause.Descriptor)
		default:
			result = guard.Invariant{Name: law.Name, Detail: fmt.Sprintf("panic: %v", cause)}
		}
	}()
	branch, _ := ctx.CacheContext()
	holds, detail, failed := law.Check(branch)
	if failed != nil {
		holds, detail = false, fmt.Sprintf("cannot be computed: %s", failed)
	}
	return guard.Invariant{Name: law.Name, Holds: holds, Detail: detail}, nil
}

// Enforce stops the chain when a law does not hold (R-GUARD-4).
func (k *Keeper) Enforce(ctx sdk.Context) error {
	laws, err := k.Check(ctx)
	if err != nil {
		return err
	}
	if broken := guard.Broken(laws); len(broken) > 0 {
		guard.Breach(ctx.BlockHeight(), broken)
	}
	return nil
}
