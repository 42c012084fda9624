package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/explain"
	"github.com/dendra-net/dendra/neuron"
	neuronmod "github.com/dendra-net/dendra/x/neuron"
)

// neuronTopics are the numbers of a neuron that can be explained.
var neuronTopics = []string{"incentive", "dividend", "emission", "permit", "prune"}

// neuronQuestion is whose number of which epoch is asked for, as it was typed.
type neuronQuestion struct {
	subnet, neuron, epoch string
	all                   bool
}

func (q *neuronQuestion) flags(c *cobra.Command) {
	c.Flags().StringVar(&q.subnet, "subnet", "", "number of the subnet")
	c.Flags().StringVar(&q.neuron, "neuron", "", "uid or hotkey of the neuron whose number is explained")
	c.Flags().StringVar(&q.epoch, "epoch", "", "number of a past epoch; the last one without it")
	c.Flags().BoolVar(&q.all, "all", false, "show long lists whole")
}

// asked reports whether a neuron's number is wanted rather than the meaning of a word.
func (q *neuronQuestion) asked(c *cobra.Command) bool {
	return slices.ContainsFunc([]string{"subnet", "neuron", "epoch", "all"}, c.Flags().Changed)
}

// explanation is what package explain says about one number.
type explanation interface {
	Head() explain.About
}

// explainNeuron computes an epoch again and shows how one neuron's number comes about. Results of the chain that are not
// what its records give are shown too, and are an error.
func (a *app) explainNeuron(ctx context.Context, topic string, q neuronQuestion) error {
	netuid, epoch, err := q.parse(topic)
	if err != nil {
		return err
	}
	client, err := a.chain(ctx)
	if err != nil {
		return err
	}
	if epoch == nil {
		last, err := client.LastEpoch(ctx, netuid)
		if err != nil {
			return err
		}
		epoch = &last
	}
	e, err := client.Replay(ctx, netuid, *epoch)
	if err != nil {
		return err
	}
	asking := asking{a: a, client: client, netuid: netuid, past: q.epoch != "", replay: explain.Recompute(e)}
	result, print, err := asking.answer(ctx, topic, q.neuron)
	if err != nil {
		return err
	}
	human := func(w io.Writer) error {
		p := &page{all: q.all, names: a.names()}
		print(p)
		return p.write(w, result.Head())
	}
	if err := a.emit(result, human); err != nil {
		return err
	}
	return agreement(result.Head())
}

func (q neuronQuestion) parse(topic string) (netuid uint16, epoch *uint64, err error) {
	if !slices.Contains(neuronTopics, topic) {
		return 0, nil, usagef("bad_arguments", "of a neuron these can be explained: %s; %q is none of them", strings.Join(neuronTopics, ", "), topic).
			withFix("dendra explain incentive --subnet N --neuron UID")
	}
	if q.subnet == "" || q.neuron == "" {
		return 0, nil, usagef("missing_flag", "it takes a subnet and a neuron").withFix("dendra explain %s --subnet N --neuron UID", topic)
	}
	if netuid, err = parseNetuid(q.subnet); err != nil || q.epoch == "" {
		return netuid, nil, err
	}
	number, err := strconv.ParseUint(q.epoch, 10, 64)
	if err != nil {
		return 0, nil, usagef("bad_epoch", "%q is no epoch: they are numbered from 0", q.epoch)
	}
	return netuid, &number, nil
}

// asking is one question under way.
type asking struct {
	a      *app
	client *chainclient.Client
	netuid uint16
	past   bool // an epoch was named, not the last one meant
	replay *explain.Replay
}

// answer explains a topic of the neuron that is named, and says how to print it.
func (q asking) answer(ctx context.Context, topic, name string) (explanation, func(*page), error) {
	if topic == "prune" {
		return q.prune(ctx, name)
	}
	uid, err := q.find(ctx, name, len(q.replay.Neurons), func(uid int) string { return q.replay.Neurons[uid].Hotkey })
	if err != nil {
		return nil, nil, err
	}
	if err := q.remarkReplaced(ctx, uid); err != nil {
		return nil, nil, err
	}
	switch topic {
	case "incentive":
		x := q.replay.Incentive(uid)
		return x, func(p *page) { p.incentive(x) }, nil
	case "dividend":
		x := q.replay.Dividend(uid)
		return x, func(p *page) { p.dividend(x) }, nil
	case "permit":
		x := q.replay.Permit(uid)
		return x, func(p *page) { p.permit(x) }, nil
	}
	pool, err := q.client.AtHeight(q.replay.Height).Pool(ctx, neuron.Address(q.replay.Neurons[uid].Hotkey))
	if err != nil {
		return nil, nil, err
	}
	x := q.replay.Emission(uid, pool)
	return x, func(p *page) { p.emission(x) }, nil
}

// prune looks at the slots of the newest height, or of the height at which a past epoch closed.
func (q asking) prune(ctx context.Context, name string) (explanation, func(*page), error) {
	height := int64(0)
	if q.past {
		height = q.replay.Height
	}
	slots, err := q.client.Slots(ctx, q.netuid, height)
	if err != nil {
		return nil, nil, err
	}
	uid, err := q.find(ctx, name, len(slots.Neurons), func(uid int) string { return slots.Neurons[uid].Hotkey })
	if err != nil {
		return nil, nil, err
	}
	if slots.Epoch != q.replay.Index { // another epoch has closed since
		e, err := q.client.Replay(ctx, q.netuid, slots.Epoch)
		if err != nil {
			return nil, nil, err
		}
		q.replay = explain.Recompute(e)
	}
	x := q.replay.Prune(uid, slots)
	return x, func(p *page) { p.prune(x) }, nil
}

// find reads a uid, or whatever names a hotkey, among the neurons there were.
func (q asking) find(ctx context.Context, name string, size int, hotkeyOf func(int) string) (uint16, error) {
	uid, err := strconv.ParseUint(name, 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		hotkey, err := q.a.findHotkey(name)
		if err != nil {
			return 0, err
		}
		for i := range size {
			if hotkeyOf(i) == string(hotkey) {
				return uint16(i), nil
			}
		}
		return 0, failf("no_such_neuron", "%s was no neuron of subnet %d at height %d", name, q.netuid, q.replay.Height)
	}
	if uid < uint64(size) {
		return uint16(uid), nil
	}
	if uid < 1<<16 {
		res, err := q.client.Neuron().Neuron(ctx, &neuronmod.QueryNeuronRequest{Netuid: uint32(q.netuid), Uid: uint32(uid)})
		if err == nil {
			return 0, failf("no_such_neuron", "neuron %d of subnet %d registered at height %d, after epoch %d closed at height %d",
				uid, q.netuid, res.Neuron.RegisteredAt, q.replay.Index, q.replay.Height).withFix("wait for the next epoch: dendra subnet show %d", q.netuid)
		}
	}
	return 0, failf("no_such_neuron", "subnet %d had %d neurons at height %d: uids from 0; %d is none of them", q.netuid, size, q.replay.Height, uid)
}

// remarkReplaced says when the slot belongs to another neuron today.
func (q asking) remarkReplaced(ctx context.Context, uid uint16) error {
	res, err := q.client.Neuron().Neuron(ctx, &neuronmod.QueryNeuronRequest{Netuid: uint32(q.netuid), Uid: uint32(uid)})
	if err != nil {
		return err
	}
	if was := q.replay.Neurons[uid]; res.Neuron.Generation != was.Generation {
		q.a.say("slot %d has since been given to another neuron, at height %d; this is about the one before", uid, res.Neuron.RegisteredAt)
	}
	return nil
}

// agreement is an error when the chain's results are not what its records give.
func agreement(h explain.About) error {
	if h.EqualToChain {
		return nil
	}
	d := h.Differences[0]
	where := "subnet"
	if d.UID >= 0 {
		where = fmt.Sprintf("neuron %d", d.UID)
	}
	return failf("epoch_differs", "the results of epoch %d of subnet %d are not what its records give, in %d places; the first: %s of the %s is %s on the chain, %s when computed again",
		h.Epoch, h.Netuid, len(h.Differences)+h.MoreDifferences, d.Field, where, d.Chain, d.Recomputed)
}
