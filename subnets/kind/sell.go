package kind

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/mixture"
)

const collectiveModel = "collective"

// Asker puts one signed request to a miner; *neuron.Client is one.
type Asker interface {
	Do(ctx context.Context, to neuron.Target, method, path string, header http.Header, body []byte) (*neuron.Reply, error)
}

// Desk is where a validator sells what it learned of a subnet's miners.
type Desk struct {
	Chain  neuron.Chain
	Own    neuron.Address // the validator's hotkey
	Netuid uint16
	Asker  Asker
	Memory func() ([]byte, error) // of the validator's last exam; nil bytes before the first
	Log    *slog.Logger           // nil: discarded
}

// Sell makes what answers users of the model that the kind Sells; nil where it sells none.
func (k Kind) Sell(d Desk) http.Handler {
	if k.sell == nil {
		return nil
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return k.sell(d)
}

const (
	// stepTime is how long the miners have for one step of an answer.
	stepTime = time.Second
	// reread is how often the validator's memory is looked at again.
	reread = 5 * time.Second
	// maxDistributions is the largest answer to one step.
	maxDistributions = mixture.MaxPrefixes * mixture.DistBytes
)

func sellCollective(d Desk) http.Handler {
	market := mixture.Market{Miners: d.miners, Ask: d.ask}
	// No draft model: a round of guesses costs miners more than the rounds it saves.
	collective := &mixture.Collective{Market: market, Memory: (&opinion{read: d.Memory, log: d.Log}).newest, StepTime: stepTime}
	return collective.Chat(collectiveModel)
}

// miners lists who serves the subnet and does not validate it.
func (d Desk) miners(ctx context.Context) ([]neuron.Address, error) {
	targets, err := d.targets(ctx)
	var list []neuron.Address
	for _, n := range targets {
		list = append(list, n.Hotkey)
	}
	return list, err
}

func (d Desk) targets(ctx context.Context) ([]neuron.Neuron, error) {
	net, err := d.Chain.Subnet(ctx, d.Netuid)
	if err != nil {
		return nil, err
	}
	var list []neuron.Neuron
	for _, n := range net.Neurons {
		validates := n.Permit && n.Incentive == 0
		if n.Endpoint != "" && n.Hotkey != d.Own && !validates {
			list = append(list, n)
		}
	}
	return list, nil
}

func (d Desk) ask(ctx context.Context, miner neuron.Address, method, path string, body []byte) (a neuron.Answer) {
	targets, err := d.targets(ctx)
	if err != nil {
		return neuron.Answer{Err: err}
	}
	for _, n := range targets {
		if n.Hotkey == miner {
			return d.put(ctx, neuron.Target{Netuid: d.Netuid, Hotkey: miner, Endpoint: n.Endpoint}, method, path, body)
		}
	}
	return neuron.Answer{Err: fmt.Errorf("%s does not serve subnet %d any more", miner, d.Netuid)}
}

func (d Desk) put(ctx context.Context, to neuron.Target, method, path string, body []byte) (a neuron.Answer) {
	began := time.Now()
	reply, err := d.Asker.Do(ctx, to, method, path, http.Header{"Content-Type": {"application/json"}}, body)
	if err != nil {
		return neuron.Answer{Err: err}
	}
	answer, err := reply.Whole(maxDistributions)
	if err != nil {
		return neuron.Answer{Err: err}
	}
	return neuron.Answer{Status: reply.Status, Body: answer, Latency: time.Since(began)}
}

// opinion is the validator's memory, read again now and then.
type opinion struct {
	read func() ([]byte, error)
	log  *slog.Logger

	mu     sync.Mutex
	looked time.Time
	last   []byte
}

// newest returns the memory after the last exam; when it cannot be read, the one before.
func (o *opinion) newest() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	if time.Since(o.looked) < reread {
		return o.last
	}
	o.looked = time.Now()
	memory, err := o.read()
	if err != nil {
		o.log.Warn("the collective goes by an older opinion", "error", err)
		return o.last
	}
	o.last = memory
	return memory
}
