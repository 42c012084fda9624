package chainclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/dendra-net/dendra/neuron"
	neuronmod "github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/weights"
)

// ErrNoBlock says that the block of a height is not made yet, or that no block has that height.
var ErrNoBlock = errors.New("no such block")

// CommitData publishes a few bytes of the neuron.
func (c *Client) CommitData(ctx context.Context, key neuron.Key, netuid uint16, data []byte) error {
	_, err := c.Submit(ctx, Hotkey(key), &neuronmod.MsgCommitData{Hotkey: string(key.Address()), Netuid: uint32(netuid), Data: data})
	return onSubnet(err, "commit data", netuid)
}

// Committed returns what the neurons of a subnet had committed last at the end of block height, by hotkey; height 0 is the
// newest. All of it is of one height.
func (c *Client) Committed(ctx context.Context, netuid uint16, height int64) ([]neuron.Committed, error) {
	if height < 0 {
		return nil, fmt.Errorf("%w: height %d", ErrNoBlock, height)
	}
	at := c.AtHeight(height)
	all, err := collect(fmt.Sprintf("data of subnet %d", netuid), func(p *query.PageRequest) ([]neuronmod.Data, *query.PageResponse, error) {
		res, err := at.Neuron().SubnetData(ctx, &neuronmod.QuerySubnetDataRequest{Netuid: uint32(netuid), Pagination: p})
		if err == nil {
			at = c.AtHeight(res.Height)
		}
		return res.GetData(), res.GetPagination(), err
	})
	if err != nil {
		return nil, err
	}
	out := make([]neuron.Committed, len(all))
	for i, d := range all {
		out[i] = neuron.Committed{
			Hotkey: neuron.Address(d.Hotkey), Data: d.Data, Height: d.Height, First: neuron.Address(d.FirstHotkey), FirstHeight: d.FirstHeight,
		}
	}
	slices.SortFunc(out, func(a, b neuron.Committed) int { return cmp.Compare(a.Hotkey, b.Hotkey) })
	return out, nil
}

// blockHashes remembers the hashes that were asked for: a block's never changes.
type blockHashes struct {
	mu    sync.Mutex
	known map[int64][32]byte
}

// maxBlockHashes bounds what is remembered: some 100 KiB.
const maxBlockHashes = 1024

func (b *blockHashes) get(height int64) ([32]byte, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	hash, ok := b.known[height]
	return hash, ok
}

func (b *blockHashes) put(height int64, hash [32]byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known == nil || len(b.known) >= maxBlockHashes {
		b.known = map[int64][32]byte{}
	}
	b.known[height] = hash
}

// BlockHash returns the hash of the block at height. Errors: ErrNoBlock.
func (c *Client) BlockHash(ctx context.Context, height int64) ([32]byte, error) {
	if height < 1 {
		return [32]byte{}, fmt.Errorf("%w: height %d; the first is 1", ErrNoBlock, height)
	}
	if hash, ok := c.blocks.get(height); ok {
		return hash, nil
	}
	res, err := cmtservice.NewServiceClient(c).GetBlockByHeight(ctx, &cmtservice.GetBlockByHeightRequest{Height: height})
	if err != nil {
		return [32]byte{}, c.whyNoBlock(ctx, height, err)
	}
	if id := res.BlockId; id == nil || len(id.Hash) != 32 || res.SdkBlock == nil || res.SdkBlock.Header.Height != height {
		return [32]byte{}, fmt.Errorf("%w: block %d came without its hash, or is another", ErrBadAnswer, height)
	}
	hash := [32]byte(res.BlockId.Hash)
	c.blocks.put(height, hash)
	return hash, nil
}

// whyNoBlock says clearly that a block is not made yet, if that is why a node did not give it.
func (c *Client) whyNoBlock(ctx context.Context, height int64, err error) error {
	head, headErr := c.Head(ctx)
	if headErr == nil && head.Height < height {
		return fmt.Errorf("%w: block %d is not made yet; the newest is %d", ErrNoBlock, height, head.Height)
	}
	return fmt.Errorf("read block %d: %w", height, err)
}

// PublishEvidence says where the evidence of an epoch is.
func (c *Client) PublishEvidence(ctx context.Context, key neuron.Key, netuid uint16, e neuron.Evidence) error {
	if len(e.UIDs) != len(e.Generations) || len(e.UIDs) != len(e.Pruning) {
		return fmt.Errorf("evidence has %d uids, %d generations and %d pruning scores; it needs one of each per neuron",
			len(e.UIDs), len(e.Generations), len(e.Pruning))
	}
	_, err := c.Submit(ctx, Hotkey(key), &weights.MsgPublishEvidence{
		Hotkey: string(key.Address()), Netuid: uint32(netuid), Epoch: e.Epoch, Digest: e.Digest[:], Url: e.URL,
		Uids: widen(e.UIDs), Generations: e.Generations, PruningUbits: e.Pruning,
	})
	return onSubnet(err, "publish evidence", netuid)
}

// Published is evidence on the chain, with who published it and when.
type Published struct {
	neuron.Evidence
	Hotkey     neuron.Address
	UID        uint16
	Generation uint32
	Height     int64
}

// ErrNoEvidence says that a neuron published no evidence of the epoch asked for, or none at all.
var ErrNoEvidence = &TxError{Codespace: weights.ModuleName, Code: weights.ErrNoEvidence.ABCICode(), Message: "no evidence published"}

// Evidence returns what a neuron published last. Errors: ErrNoEvidence.
func (q Queries) Evidence(ctx context.Context, netuid uint16, hotkey neuron.Address) (Published, error) {
	res, err := q.Weights().Evidence(ctx, &weights.QueryEvidenceRequest{Netuid: uint32(netuid), Hotkey: string(hotkey)})
	if err != nil {
		return Published{}, fmt.Errorf("evidence of %s on subnet %d: %w", hotkey, netuid, err)
	}
	return published(res.Evidence)
}

// SubnetEvidence returns what each validator of a subnet published last, by uid. That of a neuron which was replaced since
// the last epoch is among it: compare generations.
func (q Queries) SubnetEvidence(ctx context.Context, netuid uint16) ([]Published, error) {
	all, err := q.subnetEvidence(ctx, netuid)
	if err != nil {
		return nil, err
	}
	out := make([]Published, len(all))
	for i, e := range all {
		if out[i], err = published(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (q Queries) subnetEvidence(ctx context.Context, netuid uint16) ([]weights.Evidence, error) {
	return collect(fmt.Sprintf("evidence of subnet %d", netuid), func(p *query.PageRequest) ([]weights.Evidence, *query.PageResponse, error) {
		res, err := q.Weights().SubnetEvidence(ctx, &weights.QuerySubnetEvidenceRequest{Netuid: uint32(netuid), Pagination: p})
		return res.GetEvidence(), res.GetPagination(), err
	})
}

// maxEvidenceSpan is how many epochs can pass between an epoch and its evidence: a vote is revealed at most 100 later.
const maxEvidenceSpan = 100 + weights.EvidenceEpochs + 1

// EvidenceOf returns a neuron's evidence of an epoch. The chain holds only the last, so that of an old epoch is looked for
// at the heights at which the epochs after it closed, as far as the node keeps them. Errors: ErrNoEvidence, ErrPruned.
func (c *Client) EvidenceOf(ctx context.Context, netuid uint16, hotkey neuron.Address, epoch uint64) (Published, error) {
	newest, err := c.Evidence(ctx, netuid, hotkey)
	if err == nil && newest.Epoch == epoch {
		return newest, nil
	}
	clock, err := c.clock(ctx, netuid)
	if err != nil {
		return Published{}, err
	}
	for closing := epoch; closing < min(clock.Index, epoch+maxEvidenceSpan); closing++ {
		height, err := c.epochHeight(ctx, netuid, closing)
		if err != nil {
			return Published{}, err
		}
		p, err := c.AtHeight(height).Evidence(ctx, netuid, hotkey)
		switch {
		case err == nil && p.Epoch == epoch:
			return p, nil
		case err == nil && p.Epoch > epoch:
			return Published{}, noEvidence(netuid, hotkey, epoch)
		case err != nil && !errors.Is(err, ErrNoEvidence):
			return Published{}, err
		}
	}
	return Published{}, noEvidence(netuid, hotkey, epoch)
}

func noEvidence(netuid uint16, hotkey neuron.Address, epoch uint64) error {
	return fmt.Errorf("evidence of %s on subnet %d of epoch %d: %w", hotkey, netuid, epoch, ErrNoEvidence)
}

func published(e weights.Evidence) (Published, error) {
	bad := func(why string) (Published, error) {
		return Published{}, fmt.Errorf("%w: evidence of uid %d: %s", ErrBadAnswer, e.Uid, why)
	}
	if err := e.Validate(); err != nil {
		return bad(err.Error())
	}
	p := Published{
		Evidence: neuron.Evidence{Epoch: e.Epoch, Digest: [32]byte(e.Digest), URL: e.Url, Generations: e.Generations, Pruning: e.PruningUbits},
		Hotkey:   neuron.Address(e.Hotkey), UID: uint16(e.Uid), Generation: e.Generation, Height: e.Height,
	}
	for _, uid := range append([]uint32{e.Uid}, e.Uids...) {
		if uid > math.MaxUint16 {
			return bad(fmt.Sprintf("uid %d, they end at %d", uid, math.MaxUint16))
		}
	}
	for _, uid := range e.Uids {
		p.UIDs = append(p.UIDs, uint16(uid))
	}
	return p, nil
}
