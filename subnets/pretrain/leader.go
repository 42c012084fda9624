package pretrain

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/dendra-net/dendra/neuron"
)

// leader fetches what the best paid of the other miners has committed, as any neuron of the subnet may.
func (m *Miner) leader(ctx context.Context) ([]byte, error) {
	head, err := m.Chain.Head(ctx)
	if err != nil {
		return nil, err
	}
	net, err := m.Chain.Subnet(ctx, m.Netuid)
	if err != nil {
		return nil, err
	}
	list, err := m.Chain.Committed(ctx, m.Netuid, 0)
	if err != nil {
		return nil, err
	}
	committed := map[neuron.Address][32]byte{}
	for _, c := range list {
		if len(c.Data) == 32 && c.Hotkey != m.Key.Address() {
			committed[c.Hotkey] = [32]byte(c.Data)
		}
	}
	others := slices.DeleteFunc(slices.Clone(net.Neurons), func(n neuron.Neuron) bool {
		_, has := committed[n.Hotkey]
		return !has || n.Endpoint == ""
	})
	if len(others) == 0 {
		return nil, nil
	}
	best := slices.MaxFunc(others, func(a, b neuron.Neuron) int {
		return cmp.Or(cmp.Compare(a.Incentive, b.Incentive), cmp.Compare(b.UID, a.UID))
	})
	client := &neuron.Client{Key: m.Key, ChainID: head.ChainID, PublicOnly: m.PublicOnly, MaxReply: MaxArtifact, Now: m.Now}
	defer client.CloseIdle()
	return fetchFrom(ctx, client, neuron.Target{Netuid: m.Netuid, Hotkey: best.Hotkey, Endpoint: best.Endpoint}, committed[best.Hotkey])
}

// fetchFrom gets an artifact from whoever committed it.
func fetchFrom(ctx context.Context, client *neuron.Client, from neuron.Target, commitment [32]byte) ([]byte, error) {
	reply, err := client.Do(ctx, from, http.MethodGet, Path(commitment), nil, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch the artifact of %s: %w", from.Hotkey, err)
	}
	content, err := reply.Whole(MaxArtifact)
	if err != nil {
		return nil, fmt.Errorf("fetch the artifact of %s: %w", from.Hotkey, err)
	}
	if Commitment(from.Hotkey, digestOf(content)) != commitment {
		return nil, fmt.Errorf("fetch the artifact of %s: %d bytes with the hash %x, which is not what it committed", from.Hotkey, len(content), digestOf(content))
	}
	return content, nil
}
