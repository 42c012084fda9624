package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/neuron"
)

// view is the chain at one height: whatever a command reads through it belongs together.
type view struct {
	chainclient.Queries
	client *chainclient.Client
	height int64
}

// heightFlag adds --at and returns how to get at the chain of that height after parsing.
func (a *app) heightFlag(c *cobra.Command) func(context.Context) (view, error) {
	var at int64
	c.Flags().Int64Var(&at, "at", 0, "height to read at; 0 is the newest")
	return func(ctx context.Context) (view, error) {
		if at < 0 {
			return view{}, usagef("bad_height", "height %d is below 0", at)
		}
		return a.viewAt(ctx, at)
	}
}

// viewAt is the chain at a height, or at the newest one there is now when it is 0.
func (a *app) viewAt(ctx context.Context, height int64) (view, error) {
	client, err := a.chain(ctx)
	if err != nil {
		return view{}, err
	}
	if height == 0 {
		head, err := client.Head(ctx)
		if err != nil {
			return view{}, err
		}
		height = head.Height
	}
	return view{Queries: client.AtHeight(height), client: client, height: height}, nil
}

// subnet is a subnet with its neurons.
func (v view) subnet(ctx context.Context, netuid uint16) (neuron.Subnet, error) {
	market, _, err := v.client.SubnetAt(ctx, netuid, v.height)
	return market, err
}
