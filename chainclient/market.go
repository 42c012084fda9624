package chainclient

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

var _ neuron.Chain = (*Client)(nil)

// fractionOne is 1 in the chain's fractions.
const fractionOne = 1 << 48

// epochReaders bounds the epochs that are asked for side by side when subnets are listed.
const epochReaders = 8

// maxPages bounds what a faulty node can make a paged read take.
const maxPages = 1024

// Head returns the newest committed block.
func (c *Client) Head(ctx context.Context) (neuron.Head, error) {
	res, err := node.NewServiceClient(c).Status(ctx, &node.StatusRequest{})
	if err != nil {
		return neuron.Head{}, fmt.Errorf("read the head: %w", err)
	}
	if res.Height > math.MaxInt64 {
		return neuron.Head{}, fmt.Errorf("read the head: the node answered height %d", res.Height)
	}
	return neuron.Head{ChainID: c.chainID, Height: int64(res.Height)}, nil
}

// Subnets lists all subnets by netuid, without their neurons.
func (c *Client) Subnets(ctx context.Context) ([]neuron.Subnet, error) {
	list, err := c.Queries.List(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]neuron.Subnet, len(list))
	errs := make([]error, len(list))
	var readers sync.WaitGroup
	slots := make(chan struct{}, epochReaders)
	for i, s := range list {
		slots <- struct{}{}
		readers.Go(func() {
			defer func() { <-slots }()
			out[i], errs[i] = c.withEpoch(ctx, s)
		})
	}
	readers.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// List returns the registry of subnets, by netuid.
func (q Queries) List(ctx context.Context) ([]subnet.Subnet, error) {
	return collect("list subnets", func(p *query.PageRequest) ([]subnet.Subnet, *query.PageResponse, error) {
		res, err := q.Registry().Subnets(ctx, &subnet.QuerySubnetsRequest{Pagination: p})
		return res.GetSubnets(), res.GetPagination(), err
	})
}

func (c *Client) withEpoch(ctx context.Context, s subnet.Subnet) (neuron.Subnet, error) {
	res, err := c.Weights().Epoch(ctx, &weights.QueryEpochRequest{Netuid: s.Netuid})
	if err != nil {
		return neuron.Subnet{}, fmt.Errorf("epoch of subnet %d: %w", s.Netuid, err)
	}
	return describe(s, res.Epoch)
}

// Subnet returns one subnet with its neurons, all as of one height.
func (c *Client) Subnet(ctx context.Context, netuid uint16) (neuron.Subnet, error) {
	market, _, err := c.SubnetAt(ctx, netuid, 0)
	return market, err
}

// SubnetAt returns one subnet with its neurons as of a height, and that height; 0 is the newest.
func (c *Client) SubnetAt(ctx context.Context, netuid uint16, height int64) (neuron.Subnet, int64, error) {
	pages, height, err := c.metagraph(ctx, netuid, height)
	if err != nil {
		return neuron.Subnet{}, 0, err
	}
	res, err := c.AtHeight(height).Registry().Subnet(ctx, &subnet.QuerySubnetRequest{Netuid: uint32(netuid)})
	if err != nil {
		return neuron.Subnet{}, 0, fmt.Errorf("subnet %d: %w", netuid, err)
	}
	market, err := describe(res.Subnet, pages[0].Epoch)
	if err != nil {
		return neuron.Subnet{}, 0, err
	}
	for _, page := range pages {
		for _, n := range page.Neurons {
			slot, err := describeNeuron(n)
			if err != nil {
				return neuron.Subnet{}, 0, fmt.Errorf("subnet %d: %w", netuid, err)
			}
			market.Neurons = append(market.Neurons, slot)
		}
	}
	return market, height, nil
}

// metagraph reads all pages at one height: that of the first page.
func (c *Client) metagraph(ctx context.Context, netuid uint16, height int64) ([]*weights.QueryMetagraphResponse, int64, error) {
	var pages []*weights.QueryMetagraphResponse
	req := &weights.QueryMetagraphRequest{Netuid: uint32(netuid)}
	for range maxPages {
		res, err := c.AtHeight(height).Weights().Metagraph(ctx, req)
		if err != nil {
			return nil, 0, fmt.Errorf("metagraph of subnet %d: %w", netuid, err)
		}
		height = res.Height
		pages = append(pages, res)
		if res.NextUid <= req.FromUid {
			return pages, height, nil
		}
		req = &weights.QueryMetagraphRequest{Netuid: uint32(netuid), FromUid: res.NextUid}
	}
	return nil, 0, fmt.Errorf("metagraph of subnet %d: the node answers more than %d pages", netuid, maxPages)
}

func describe(s subnet.Subnet, e weights.Epoch) (neuron.Subnet, error) {
	if s.Netuid > math.MaxUint16 {
		return neuron.Subnet{}, fmt.Errorf("subnet %d: netuids end at %d", s.Netuid, math.MaxUint16)
	}
	h := s.Hyperparameters
	return neuron.Subnet{
		Netuid: uint16(s.Netuid), Name: s.Name, Owner: s.Owner,
		Tempo: h.Tempo, Epoch: e.Index, NextEpoch: e.Due,
		CommitReveal: h.CommitReveal, RevealEpochs: h.RevealEpochs,
		WeightsRateLimit: h.WeightsRateLimit, MinWeights: int(h.MinWeights), VersionKey: h.VersionKey,
	}, nil
}

func describeNeuron(n weights.MetagraphNeuron) (neuron.Neuron, error) {
	if n.Uid > math.MaxUint16 {
		return neuron.Neuron{}, fmt.Errorf("neuron %d: uids end at %d", n.Uid, math.MaxUint16)
	}
	return neuron.Neuron{
		UID: uint16(n.Uid), Generation: n.Generation, Hotkey: neuron.Address(n.Hotkey), Coldkey: n.Coldkey,
		StakeRao: n.StakeRao, Permit: n.Permit, Active: n.Active,
		Consensus: fraction(n.Consensus), Incentive: fraction(n.Incentive),
		Dividend: fraction(n.Dividend), ValidatorTrust: fraction(n.ValidatorTrust),
		EmissionRao: n.ServerRao + n.ValidatorRao, LastUpdate: n.LastUpdate,
		RegisteredAt: n.RegisteredAt, ImmuneUntil: n.ImmuneUntil, Endpoint: n.Endpoint,
	}, nil
}

// fraction turns a number of 2^48 into one of 1. Both fit a float64 exactly.
func fraction(q uint64) float64 { return float64(q) / fractionOne }
