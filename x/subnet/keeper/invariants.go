package keeper

import (
	"context"
	"fmt"

	"github.com/dendra-net/dendra/x/guard"
	"github.com/dendra-net/dendra/x/subnet"
)

// Laws are what must hold of the registry after every block (R-SUBNET-13).
func (k *Keeper) Laws() []guard.Law {
	return []guard.Law{
		{Name: "subnet/locks", Check: k.locksAreHeld},
		{Name: "subnet/slots", Check: k.slotsSuffice},
	}
}

// locksAreHeld: the lock account has exactly the locks of the subnets that exist.
func (k *Keeper) locksAreHeld(ctx context.Context) (bool, string, error) {
	held, locked, err := k.locks(ctx)
	if err != nil {
		return false, "", err
	}
	return guard.Equal("account "+subnet.LockName, held, "locks of all subnets", locked)
}

// slotsSuffice: no more subnets than slots.
func (k *Keeper) slotsSuffice(ctx context.Context) (bool, string, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return false, "", err
	}
	all, err := k.List(ctx)
	if err != nil || len(all) <= int(params.Slots) {
		return err == nil, "", err
	}
	return false, fmt.Sprintf("%d subnets in %d slots", len(all), params.Slots), nil
}
