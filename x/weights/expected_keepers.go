package weights

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
)

// SubnetKeeper tells a subnet's rules.
type SubnetKeeper interface {
	Get(ctx context.Context, netuid uint32) (subnet.Subnet, error)
}

// NeuronKeeper tells who sits where, and takes the order in which neurons are replaced.
type NeuronKeeper interface {
	Size(ctx context.Context, netuid uint32) (uint32, error)
	ByHotkey(ctx context.Context, netuid uint32, hotkey sdk.AccAddress) (neuron.Neuron, error)
	All(ctx context.Context, netuid uint32) ([]neuron.Neuron, error)
	SetRanking(ctx context.Context, r neuron.Ranking) error
}

// StakeKeeper tells a hotkey's stake and books its income.
type StakeKeeper interface {
	StakeOf(ctx context.Context, hotkey sdk.AccAddress) (uint64, error)
	Reward(ctx context.Context, hotkey sdk.AccAddress, minerRao, validatorRao uint64) error
}

// EmissionKeeper holds what subnets have to get.
type EmissionKeeper interface {
	Settle(ctx context.Context, netuid uint32) (uint64, error)
	Return(ctx context.Context, netuid uint32, rao uint64) error
	PayModule(ctx context.Context, module string, rao uint64) error
	PayAccount(ctx context.Context, to sdk.AccAddress, rao uint64) error
}
