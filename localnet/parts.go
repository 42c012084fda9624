package localnet

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/dendra-net/dendra/chain/node"
	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/gateway"
	"github.com/dendra-net/dendra/gateway/requestlog"
	"github.com/dendra-net/dendra/miner"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/kind"
	"github.com/dendra-net/dendra/wallet"
)

// startChain runs the node and waits for a block.
func (m *Market) startChain(ctx context.Context, _ Options) error {
	running, err := node.Start(m.ctx, node.Options{
		Home: nodeDir(m.card.Home), RPC: m.ports.rpc(), GRPC: m.ports.grpc(), REST: m.ports.rest(), P2P: m.ports.p2p(),
		BlockTime: m.manifest.BlockTime, CheckLaws: true, Log: m.logs.of("chain"),
	})
	if err != nil {
		return fmt.Errorf("chain: %w", err)
	}
	m.node = running
	if err := await(ctx, "a block", func() (bool, error) { return running.Ready(), nil }); err != nil {
		return err
	}
	m.chain, err = chainclient.Dial(ctx, chainclient.Options{
		Endpoints: []string{m.ports.grpc()}, ChainID: m.manifest.ChainID, Poll: max(m.manifest.BlockTime/4, 20*time.Millisecond),
		Log: m.logs.of("market"),
	})
	if err != nil {
		return fmt.Errorf("chain: %w", err)
	}
	m.shared = newSharedChain(m.chain, m.manifest.BlockTime/4)
	m.step("chain", "height %d, block time %s", running.Height(), m.manifest.BlockTime)
	return nil
}

// watchHeight ends the market when the chain stands still: with no blocks nothing is paid, and whoever looks on must
// know. The usual reason is a full disk.
func (m *Market) watchHeight() error {
	patience := max(30*time.Second, 30*m.manifest.BlockTime)
	tick := time.NewTicker(patience / 10)
	defer tick.Stop()
	last, since := m.node.Height(), time.Now()
	for {
		select {
		case <-m.ctx.Done():
			return nil
		case <-tick.C:
		}
		if h := m.node.Height(); h > last {
			last, since = h, time.Now()
		} else if time.Since(since) > patience {
			return fmt.Errorf("%w at height %d for %s; %s", ErrStalled, last, patience, diskHint(m.card.Home))
		}
	}
}

// startGateway opens the API. It asks miners with the first validator's hotkey, as a validator reselling access does.
func (m *Market) startGateway(ctx context.Context, _ Options) error {
	log, _, err := requestlog.Open(requestlog.Options{Dir: filepath.Join(m.card.Home, "requests")})
	if err != nil {
		return fmt.Errorf("gateway: %w", err)
	}
	g, err := gateway.New(gateway.Config{
		Client:       &neuron.Client{Key: wallet.LocalHotkey(m.manifest.Validators[0].Name, hotkeyName), ChainID: m.manifest.ChainID, Timeout: 10 * time.Minute},
		Directory:    gateway.NewDirectory(m.chain.Subnets, m.chain.Subnet, time.Second, nil),
		Log:          log,
		Keys:         []gateway.APIKey{{Name: "local", SHA256: gateway.HashKey(APIKey), Operator: true}, {Name: "copycat", SHA256: gateway.HashKey(copycatKey)}},
		DefaultPrice: gateway.StandardPrice(),
		Limits:       gateway.Limits{RequestsPerMinute: -1},
		Aliases:      m.aliases(),
		Probe:        m.probe,
		Charts:       m.chart,
		Logger:       m.logs.of("gateway"),
	})
	if err != nil {
		return fmt.Errorf("gateway: %w", err)
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", m.ports.gateway())
	if err != nil {
		return fmt.Errorf("gateway: %w", err)
	}
	m.group.Go(func() error {
		defer log.Close()
		return g.Serve(m.ctx, ln, time.Second)
	})
	return nil
}

func (m *Market) startMiners(ctx context.Context, o Options) error {
	works := map[uint16]map[neuron.Address]kind.Work{}
	for i, p := range m.manifest.Miners {
		netuid, _ := m.manifest.netuid(p.Subnet)
		key := wallet.LocalHotkey(p.Name, hotkeyName)
		work, err := m.work(ctx, p, o.Quiet, maps.Clone(works[netuid]))
		if err != nil {
			return err
		}
		if works[netuid] == nil {
			works[netuid] = map[neuron.Address]kind.Work{}
		}
		works[netuid][key.Address()] = work
		config := miner.Config{
			Chain: m.shared, Key: key, Netuid: netuid, Handler: work.Handler, Admit: work.Admit,
			Listen: m.ports.miner(i), ReplayFile: filepath.Join(m.card.Home, "miners", p.Name+".replay"),
			Poll: m.poll(), Log: m.logs.of(p.Name),
		}
		m.group.Go(func() error { return named(p.Name, miner.Run(m.ctx, config)) })
		if work.Run != nil {
			m.group.Go(func() error { return named(p.Name, work.Run(m.ctx)) })
		}
	}
	return nil
}

func (m *Market) startValidators(ctx context.Context, o Options) error {
	judges := make([]kind.Judge, len(m.manifest.Subnets)) // shared: what one has computed the others need not
	for n, s := range m.manifest.Subnets {
		k, _ := kind.ByName(s.Kind)
		var err error
		if judges[n], err = k.Judge(kind.Rules{Shards: o.Shards, Epoch: time.Duration(m.manifest.Tempo) * m.manifest.BlockTime}); err != nil {
			return fmt.Errorf("subnet %s: %w", s.Name, err)
		}
	}
	for i, v := range m.manifest.Validators {
		if err := m.startEvidence(ctx, i, v.Name); err != nil {
			return err
		}
		for n, judge := range judges {
			m.startJudge(i, v.Name, uint16(n+1), judge)
			k, _ := kind.ByName(m.manifest.Subnets[n].Kind)
			m.startShop(i, v.Name, uint16(n+1), k)
		}
	}
	m.step("validators", "%d scoring on %d subnets", len(m.manifest.Validators), len(m.manifest.Subnets))
	return nil
}

func (m *Market) poll() time.Duration { return max(m.manifest.BlockTime/2, 20*time.Millisecond) }

func named(who string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", who, err)
	}
	return nil
}

// awaitMiners waits until every miner has published where it answers.
func (m *Market) awaitMiners(ctx context.Context, _ Options) error {
	err := await(ctx, "the miners", func() (bool, error) {
		n, err := m.serving(ctx)
		return n == len(m.manifest.Miners), err
	})
	if err == nil {
		m.step("miners", "%d of %d serving", len(m.manifest.Miners), len(m.manifest.Miners))
	}
	return err
}

// awaitAnswers waits until the gateway has had an answer from every subnet on which somebody mines.
func (m *Market) awaitAnswers(ctx context.Context, _ Options) error {
	for _, s := range m.manifest.Subnets {
		if !m.mined(s.Name) {
			continue
		}
		if err := await(ctx, "an answer from subnet "+s.Name, func() (bool, error) { return m.answers(ctx, s), nil }); err != nil {
			return err
		}
	}
	m.step("gateway", "OpenAI-compatible at %s", m.card.API)
	return nil
}

func (m *Market) mined(subnet string) bool {
	for _, p := range m.manifest.Miners {
		if p.Subnet == subnet {
			return true
		}
	}
	return false
}

func (m *Market) serving(ctx context.Context) (int, error) {
	planned, n := map[neuron.Address]string{}, 0
	for i, p := range m.manifest.Miners {
		planned[wallet.LocalHotkey(p.Name, hotkeyName).Address()] = "http://" + m.ports.miner(i)
	}
	for i := range m.manifest.Subnets {
		s, err := m.chain.Subnet(ctx, uint16(i+1))
		if err != nil {
			return 0, err
		}
		for _, nr := range s.Neurons {
			if at, ok := planned[nr.Hotkey]; ok && nr.Endpoint == at {
				n++
			}
		}
	}
	return n, nil
}

// answers asks a subnet's model a small question.
func (m *Market) answers(ctx context.Context, s SubnetPlan) bool {
	body := question(s.Kind)
	if body == nil {
		body = []byte(`{"model":"` + s.Name + `","messages":[{"role":"user","content":"What is 1 + 1?"}],"max_tokens":16}`)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.card.API+"/chat/completions", bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", "Bearer "+APIKey)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	return res.Body.Close() == nil && res.StatusCode == http.StatusOK
}

// await asks ok every few milliseconds until it says yes, fails, or ctx ends.
func await(ctx context.Context, what string, ok func() (bool, error)) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		done, err := ok()
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("waiting for %s: %w", what, err)
		}
		if done {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, context.Cause(ctx))
		case <-tick.C:
		}
	}
}
