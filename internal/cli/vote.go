package cli

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/seal"
	"github.com/dendra-net/dendra/x/weights"
)

// sealedVote is a committed vote, kept until it is revealed: HOME/votes/CHAIN/NETUID-HOTKEY-EPOCH.json.
type sealedVote struct {
	Netuid      uint16      `json:"netuid"`
	Epoch       uint64      `json:"epoch"`
	RevealEpoch uint64      `json:"reveal_epoch"`
	Vote        neuron.Vote `json:"vote"`
	Salt        [16]byte    `json:"salt"`
}

// maxVoteFile bounds a kept vote; the largest is 65536 neurons.
const maxVoteFile = 4 << 20

func (a *app) weightsSet() *cobra.Command {
	var reveal bool
	c := &cobra.Command{Use: "set --subnet N UID=WEIGHT...", Short: "Vote; where votes are sealed, commit now and --reveal in the reveal epoch", Args: args(0, -1)}
	netuidOf := subnetFlag(c)
	c.Flags().BoolVar(&reveal, "reveal", false, "reveal what was committed")
	c.RunE = func(c *cobra.Command, given []string) error {
		netuid, err := netuidOf()
		if err != nil {
			return err
		}
		if reveal != (len(given) == 0) {
			return usagef("bad_arguments", "either weights are given or --reveal").withFix("dendra weights set --subnet %d 4=0.6 5=0.4", netuid)
		}
		pairs, err := parseShares(given)
		if err != nil {
			return err
		}
		key, err := a.actingHotkey()
		if err != nil {
			return err
		}
		client, err := a.chain(c.Context())
		if err != nil {
			return err
		}
		market, err := client.Subnet(c.Context(), netuid)
		if err != nil {
			return err
		}
		if reveal {
			return a.revealVote(c.Context(), market, key)
		}
		return a.castVote(c.Context(), market, key, pairs)
	}
	return c
}

func (a *app) castVote(ctx context.Context, market neuron.Subnet, key neuron.Key, pairs map[uint16]float64) error {
	s, err := scale(pairs)
	if err != nil {
		return err
	}
	v, err := voteOn(market, s)
	if err != nil {
		return err
	}
	if market.CommitReveal {
		return a.commitVote(ctx, market, key, v)
	}
	p := hotPlan(key, plan{
		action:  fmt.Sprintf("set %d weights on subnet %d", len(v.UIDs), market.Netuid),
		changes: []string{"the next epoch counts them"},
		msgs: []proto.Message{&weights.MsgSetWeights{Hotkey: string(key.Address()), Netuid: uint32(market.Netuid),
			Uids: widen(v.UIDs), Generations: v.Generations, Weights: widen(v.Weights), Version: v.Version}},
	})
	return a.transact(ctx, p, func(res chainclient.TxResult) (any, string, error) {
		return receiptOf(res), fmt.Sprintf("set %d weights on subnet %d", len(v.UIDs), market.Netuid), nil
	})
}

// commitVote seals the vote. The salt is on disk before the hash is on the chain, so that it can always be revealed.
func (a *app) commitVote(ctx context.Context, market neuron.Subnet, key neuron.Key, v neuron.Vote) error {
	kept := sealedVote{Netuid: market.Netuid, Epoch: market.Epoch, RevealEpoch: market.Epoch + market.RevealEpochs, Vote: v}
	if _, err := io.ReadFull(rand.Reader, kept.Salt[:]); err != nil {
		return fmt.Errorf("draw a salt: %w", err)
	}
	hotkey, err := key.Address().Bytes()
	if err != nil {
		return err
	}
	hash := seal.Commit(a.client.ChainID(), market.Netuid, hotkey, seal.Vote{UIDs: v.UIDs, Generations: v.Generations, Weights: v.Weights, Version: v.Version}, kept.Salt)
	if !a.dryRun {
		if err := a.keepVote(kept, key.Address()); err != nil {
			return err
		}
	}
	p := hotPlan(key, plan{
		action:  fmt.Sprintf("commit %d weights on subnet %d", len(v.UIDs), market.Netuid),
		changes: []string{fmt.Sprintf("they count once revealed, in epoch %d", kept.RevealEpoch)},
		msgs:    []proto.Message{&weights.MsgCommitWeights{Hotkey: string(key.Address()), Netuid: uint32(market.Netuid), Hash: hash[:]}},
	})
	return a.transact(ctx, p, func(res chainclient.TxResult) (any, string, error) {
		var answer weights.MsgCommitWeightsResponse
		if err := res.Answer(0, &answer); err != nil {
			return nil, "", err
		}
		result := struct {
			receipt
			RevealFrom  int64 `json:"reveal_from"`
			RevealUntil int64 `json:"reveal_until"`
		}{receiptOf(res), answer.RevealFrom, answer.RevealUntil}
		return result, fmt.Sprintf("committed %d weights on subnet %d; reveal them at heights %d to %d with: dendra weights set --subnet %d --reveal",
			len(v.UIDs), market.Netuid, answer.RevealFrom, answer.RevealUntil, market.Netuid), nil
	})
}

func (a *app) voteFile(netuid uint16, hotkey neuron.Address, epoch uint64) string {
	return filepath.Join(a.home, "votes", a.client.ChainID(), fmt.Sprintf("%d-%s-%d.json", netuid, hotkey, epoch))
}

func (a *app) keepVote(v sealedVote, hotkey neuron.Address) error {
	path := a.voteFile(v.Netuid, hotkey, v.Epoch)
	b, err := json.Marshal(v)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = durable.Create(path, b, 0o600)
	}
	if errors.Is(err, fs.ErrExist) {
		return failf("already_committed", "a vote of epoch %d on subnet %d is kept in %s", v.Epoch, v.Netuid, path).
			withFix("vote again in the next epoch, or move the file away when its commit never reached the chain")
	}
	if err != nil {
		return fmt.Errorf("keep the vote for its reveal: %w", err)
	}
	return nil
}

// revealVote publishes the kept vote whose time is the running epoch.
func (a *app) revealVote(ctx context.Context, market neuron.Subnet, key neuron.Key) error {
	if market.Epoch < market.RevealEpochs {
		return failf("nothing_to_reveal", "subnet %d is in epoch %d; the first reveal is in epoch %d", market.Netuid, market.Epoch, market.RevealEpochs)
	}
	path := a.voteFile(market.Netuid, key.Address(), market.Epoch-market.RevealEpochs)
	b, err := durable.Read(path, maxVoteFile)
	if errors.Is(err, fs.ErrNotExist) {
		return failf("nothing_to_reveal", "no vote is kept that is due in epoch %d of subnet %d (%s)", market.Epoch, market.Netuid, path)
	}
	var kept sealedVote
	if err == nil {
		err = json.Unmarshal(b, &kept)
	}
	if err != nil {
		return failf("corrupt_home", "%s cannot be read: %v", path, err)
	}
	v := kept.Vote
	p := hotPlan(key, plan{
		action:  fmt.Sprintf("reveal %d weights on subnet %d", len(v.UIDs), market.Netuid),
		changes: []string{"the next epoch counts them"},
		msgs: []proto.Message{&weights.MsgRevealWeights{Hotkey: string(key.Address()), Netuid: uint32(market.Netuid), Uids: widen(v.UIDs),
			Generations: v.Generations, Weights: widen(v.Weights), Version: v.Version, Salt: kept.Salt[:]}},
	})
	return a.transact(ctx, p, func(res chainclient.TxResult) (any, string, error) {
		return receiptOf(res), fmt.Sprintf("revealed %d weights on subnet %d", len(v.UIDs), market.Netuid), nil
	})
}

func widen(in []uint16) []uint32 {
	out := make([]uint32, len(in))
	for i, v := range in {
		out[i] = uint32(v)
	}
	return out
}
