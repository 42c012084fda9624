package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/math"

	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/guard"
)

// Laws returns the equations of the module's books (R-EMISSION-13).
func (k *Keeper) Laws() []guard.Law {
	return []guard.Law{
		{Name: "emission/supply", Check: k.supplyAgrees},
		{Name: "emission/cap", Check: k.capHolds},
		{Name: "emission/pending", Check: k.pendingAgrees},
		{Name: "emission/burnt", Check: k.burntAgrees},
	}
}

// supplyAgrees: minted less recycled is the bank's supply.
func (k *Keeper) supplyAgrees(ctx context.Context) (bool, string, error) {
	books, err := k.Books.Get(ctx)
	if err != nil {
		return false, "", err
	}
	issued := math.NewIntFromUint64(books.MintedRao).Sub(math.NewIntFromUint64(books.RecycledRao))
	return guard.Equal("minted less recycled", issued, "supply of the bank", k.bank.GetSupply(ctx, emission.Denom).Amount)
}

// capHolds: there is never more TAO than the cap.
func (k *Keeper) capHolds(ctx context.Context) (bool, string, error) {
	supply := k.bank.GetSupply(ctx, emission.Denom).Amount
	if supply.LTE(math.NewIntFromUint64(emission.MaxRao)) {
		return true, "", nil
	}
	return false, fmt.Sprintf("supply of the bank: %s rao; cap: %d rao", supply, uint64(emission.MaxRao)), nil
}

// pendingAgrees: the "emission" account holds what waits for subnets and what the era has not divided.
func (k *Keeper) pendingAgrees(ctx context.Context) (bool, string, error) {
	ledgers, err := k.ledgers(ctx)
	if err != nil {
		return false, "", err
	}
	era, err := k.Era.Get(ctx)
	if err != nil {
		return false, "", err
	}
	undivided, err := emission.Undivided(ledgers, era)
	if err != nil {
		return false, "", err
	}
	sum := math.NewIntFromUint64(undivided)
	for _, l := range ledgers {
		sum = sum.Add(math.NewIntFromUint64(l.PendingRao))
	}
	return guard.Equal("pending and undivided", sum, "account emission", k.balance(ctx, emission.ModuleName))
}

// burntAgrees: the books know what was burnt.
func (k *Keeper) burntAgrees(ctx context.Context) (bool, string, error) {
	books, err := k.Books.Get(ctx)
	if err != nil {
		return false, "", err
	}
	return guard.Equal("burnt", math.NewIntFromUint64(books.BurntRao), "account burnt", k.balance(ctx, emission.BurntName))
}
