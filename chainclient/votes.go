package chainclient

import (
	"context"
	"fmt"

	"github.com/dendra-net/dendra/neuron"
	neuronmod "github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/weights"
)

// SetWeights publishes v in the open.
func (c *Client) SetWeights(ctx context.Context, key neuron.Key, netuid uint16, v neuron.Vote) error {
	if err := checkVote(v); err != nil {
		return err
	}
	_, err := c.Submit(ctx, Hotkey(key), &weights.MsgSetWeights{
		Hotkey: string(key.Address()), Netuid: uint32(netuid), Version: v.Version,
		Uids: widen(v.UIDs), Generations: v.Generations, Weights: widen(v.Weights),
	})
	return onSubnet(err, "set weights", netuid)
}

// CommitWeights publishes the hash of a vote.
func (c *Client) CommitWeights(ctx context.Context, key neuron.Key, netuid uint16, hash [32]byte) error {
	_, err := c.Submit(ctx, Hotkey(key), &weights.MsgCommitWeights{
		Hotkey: string(key.Address()), Netuid: uint32(netuid), Hash: hash[:],
	})
	return onSubnet(err, "commit weights", netuid)
}

// RevealWeights publishes the vote and salt behind an earlier hash.
func (c *Client) RevealWeights(ctx context.Context, key neuron.Key, netuid uint16, v neuron.Vote, salt [16]byte) error {
	if err := checkVote(v); err != nil {
		return err
	}
	_, err := c.Submit(ctx, Hotkey(key), &weights.MsgRevealWeights{
		Hotkey: string(key.Address()), Netuid: uint32(netuid), Version: v.Version,
		Uids: widen(v.UIDs), Generations: v.Generations, Weights: widen(v.Weights), Salt: salt[:],
	})
	return onSubnet(err, "reveal weights", netuid)
}

// Serve publishes the endpoint under which the neuron answers; empty takes it back.
func (c *Client) Serve(ctx context.Context, key neuron.Key, netuid uint16, endpoint string) error {
	_, err := c.Submit(ctx, Hotkey(key), &neuronmod.MsgServe{
		Hotkey: string(key.Address()), Netuid: uint32(netuid), Endpoint: endpoint,
	})
	return onSubnet(err, "serve", netuid)
}

func onSubnet(err error, what string, netuid uint16) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s on subnet %d: %w", what, netuid, err)
}

func checkVote(v neuron.Vote) error {
	if len(v.UIDs) == len(v.Weights) && len(v.UIDs) == len(v.Generations) {
		return nil
	}
	return fmt.Errorf("vote has %d uids, %d generations and %d weights; it needs one of each per neuron",
		len(v.UIDs), len(v.Generations), len(v.Weights))
}

func widen(in []uint16) []uint32 {
	out := make([]uint32, len(in))
	for i, v := range in {
		out[i] = uint32(v)
	}
	return out
}
