package chainclient

import (
	"context"
	"fmt"
	"strconv"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	dendra "github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/guard"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/producer"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

// Denom is the unit of every amount on the chain.
const Denom = "rao"

// heightHeader tells a node at which height a query is to be answered.
const heightHeader = "x-cosmos-block-height"

// Queries reads the chain, at the newest height or at a fixed one. Use those of a Client, or AtHeight.
type Queries struct{ conn grpc.ClientConnInterface }

// AtHeight returns queries that are answered as of the end of block height; 0 is the newest. Nodes keep only so many
// heights.
func (c *Client) AtHeight(height int64) Queries {
	if height <= 0 {
		return c.Queries
	}
	return Queries{conn: pinned{c, strconv.FormatInt(height, 10)}}
}

// pinned adds a height to every call.
type pinned struct {
	grpc.ClientConnInterface
	height string
}

func (p pinned) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	ctx = metadata.AppendToOutgoingContext(ctx, heightHeader, p.height)
	return p.ClientConnInterface.Invoke(ctx, method, args, reply, opts...)
}

// Stake reads pools, holdings and unbondings.
func (q Queries) Stake() stake.QueryClient { return stake.NewQueryClient(q.conn) }

// Emission reads the supply, the subnets' shares and the root votes.
func (q Queries) Emission() emission.QueryClient { return emission.NewQueryClient(q.conn) }

// Registry reads the registry of subnets.
func (q Queries) Registry() subnet.QueryClient { return subnet.NewQueryClient(q.conn) }

// Neuron reads registered neurons and what a registration costs.
func (q Queries) Neuron() neuron.QueryClient { return neuron.NewQueryClient(q.conn) }

// Weights reads votes, bonds, scores and the metagraph.
func (q Queries) Weights() weights.QueryClient { return weights.NewQueryClient(q.conn) }

// Producer reads who makes blocks.
func (q Queries) Producer() producer.QueryClient { return producer.NewQueryClient(q.conn) }

// Guard reads the laws of the chain and the least gas price.
func (q Queries) Guard() guard.QueryClient { return guard.NewQueryClient(q.conn) }

// Bank reads balances and the supply.
func (q Queries) Bank() banktypes.QueryClient { return banktypes.NewQueryClient(q.conn) }

// Auth reads accounts.
func (q Queries) Auth() authtypes.QueryClient { return authtypes.NewQueryClient(q.conn) }

// BalanceRao returns the free TAO of an address, in rao; an address never seen has 0.
func (q Queries) BalanceRao(ctx context.Context, address dendra.Address) (uint64, error) {
	res, err := q.Bank().Balance(ctx, &banktypes.QueryBalanceRequest{Address: string(address), Denom: Denom})
	if err != nil {
		return 0, fmt.Errorf("balance of %s: %w", address, err)
	}
	if res.Balance == nil || res.Balance.Amount.IsNil() {
		return 0, nil
	}
	if !res.Balance.Amount.IsUint64() {
		return 0, fmt.Errorf("balance of %s: the node answered %s rao", address, res.Balance.Amount)
	}
	return res.Balance.Amount.Uint64(), nil
}
