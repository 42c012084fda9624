package localnet

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/gateway"
	"github.com/dendra-net/dendra/internal/curve"
	"github.com/dendra-net/dendra/miner"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/kind"
	"github.com/dendra-net/dendra/validator"
	"github.com/dendra-net/dendra/wallet"
)

func (m *Market) judgeDir(validator string) string {
	return filepath.Join(m.card.Home, "validators", validator)
}

// startEvidence hands out what a validator has published, for all of its subnets. It is the first part of a validator to
// start, and makes the directory in which all of them keep files.
func (m *Market) startEvidence(ctx context.Context, i int, name string) error {
	if err := os.MkdirAll(m.judgeDir(name), 0o700); err != nil {
		return fmt.Errorf("make the directory of %s: %w", name, err)
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", m.ports.evidence(i))
	if err != nil {
		return fmt.Errorf("evidence of %s: %w", name, err)
	}
	server := &evidence.Server{Dir: m.judgeDir(name), Log: m.logs.of(name)}
	m.group.Go(func() error { return named(name, server.Run(m.ctx, ln)) })
	return nil
}

// startJudge runs a validator on one subnet.
func (m *Market) startJudge(i int, name string, netuid uint16, judge kind.Judge) {
	key := wallet.LocalHotkey(name, hotkeyName)
	config := validator.Config{
		Chain: m.shared, Key: key, Netuid: netuid, Task: judge.Task, Examiner: judge.Examiner,
		Client: &neuron.Client{Key: key, ChainID: m.manifest.ChainID, MaxReply: kind.MaxReply}, MaxReply: kind.MaxReply,
		Dir: m.judgeDir(name), EvidenceURL: "http://" + m.ports.evidence(i),
		Poll: m.poll(), Log: m.logs.of(name),
	}
	m.group.Go(func() error { return named(name, validator.Run(m.ctx, config)) })
}

// startShop serves what a validator has of its own to sell on a subnet, if anything.
func (m *Market) startShop(i int, name string, netuid uint16, k kind.Kind) {
	key := wallet.LocalHotkey(name, hotkeyName)
	handler := k.Sell(kind.Desk{
		Chain: m.shared, Own: key.Address(), Netuid: netuid, Asker: &neuron.Client{Key: key, ChainID: m.manifest.ChainID},
		Memory: func() ([]byte, error) { return validator.ReadMemory(m.judgeDir(name), netuid) }, Log: m.logs.of(name),
	})
	if handler == nil {
		return
	}
	config := miner.Config{
		Chain: m.shared, Key: key, Netuid: netuid, Handler: handler, Listen: m.ports.collective(i),
		ReplayFile: filepath.Join(m.judgeDir(name), "shop.replay"), Poll: m.poll(), Log: m.logs.of(name),
	}
	m.group.Go(func() error { return named(name, miner.Run(m.ctx, config)) })
}

// chart draws how a subnet went as the first validator measured it.
func (m *Market) chart(_ context.Context, model gateway.Model) ([]byte, error) {
	c, err := evidence.ReadCurve(m.judgeDir(m.manifest.Validators[0].Name), model.Netuid)
	if err != nil {
		return nil, err
	}
	return curve.Chart(c, curve.Options{Title: model.ID, Names: m.names(), Together: curve.Collective()}).SVG()
}

// aliases are the models that validators answer.
func (m *Market) aliases() []gateway.Alias {
	var list []gateway.Alias
	for _, s := range m.manifest.Subnets {
		k, _ := kind.ByName(s.Kind)
		if k.Sells != "" {
			list = append(list, gateway.Alias{ID: k.Sells, Subnet: s.Name})
		}
	}
	return list
}

// probe is a small question for the miners of a model, where a plain line of text would not do.
func (m *Market) probe(model gateway.Model) []byte {
	at := int(model.Netuid) - 1
	if at < 0 || at >= len(m.manifest.Subnets) {
		return nil // opened by somebody since
	}
	return question(m.manifest.Subnets[at].Kind)
}

// question is that of a kind, nil where a plain line of text will do.
func question(of string) []byte {
	k, _ := kind.ByName(of)
	body, err := k.Question()
	if err != nil {
		return nil // the kind's judge has failed for the same reason, and said so
	}
	return body
}
