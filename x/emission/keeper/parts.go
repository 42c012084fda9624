package keeper

import (
	"context"

	"cosmossdk.io/math"

	"github.com/dendra-net/dendra/x/emission"
)

// parts says where all TAO lies (R-EMISSION-11): what waits for subnets and what no subnet has a claim on, the module
// accounts by name, and everybody's own as "accounts". The parts add up to the bank's supply.
func (k *Keeper) parts(ctx context.Context) ([]emission.Part, error) {
	ledgers, err := k.ledgers(ctx)
	if err != nil {
		return nil, err
	}
	era, err := k.Era.Get(ctx)
	if err != nil {
		return nil, err
	}
	_, undivided, err := emission.EndEra(ledgers, era)
	if err != nil {
		return nil, err
	}
	rest := k.bank.GetSupply(ctx, emission.Denom).Amount
	var parts []emission.Part
	put := func(name string, amount math.Int) error {
		if !amount.IsUint64() {
			return emission.ErrBooks.Wrapf("part %s is %s rao", name, amount)
		}
		parts = append(parts, emission.Part{Name: name, Rao: amount.Uint64()})
		rest = rest.Sub(amount)
		return nil
	}
	left := math.NewIntFromUint64(undivided)
	if err := put(emission.PartPending, k.balance(ctx, emission.ModuleName).Sub(left)); err != nil {
		return nil, err
	}
	if err := put(emission.PartUndivided, left); err != nil {
		return nil, err
	}
	for _, module := range emission.PartModules() {
		if err := put(module, k.balance(ctx, module)); err != nil {
			return nil, err
		}
	}
	err = put(emission.PartAccounts, rest)
	return parts, err
}
