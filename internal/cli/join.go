package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/wallet"
	neuronmod "github.com/dendra-net/dendra/x/neuron"
)

// faucetGift is what a newcomer to a local network gets beyond what it must burn.
const faucetGift = 10 * raoPerTAO

// seat is a neuron that may start its work.
type seat struct {
	netuid uint16
	key    neuron.Key
	info   wallet.Info
	client *chainclient.Client
}

// joining says how a neuron without a slot gets one.
type joining struct {
	netuid   uint16
	maxPrice string
	work     bool
}

// join makes sure that wallet, hotkey and slot exist, asking before each step that makes or costs something.
func (a *app) join(ctx context.Context, j joining) (seat, error) {
	client, err := a.chain(ctx)
	if err != nil {
		return seat{}, err
	}
	info, err := a.ensureWallet(isLocal(client.ChainID()))
	if err != nil {
		return seat{}, err
	}
	key, err := a.ensureHotkey(info)
	if err != nil {
		return seat{}, err
	}
	if info, err = a.store().Open(info.Name); err != nil {
		return seat{}, err
	}
	s := seat{netuid: j.netuid, key: key, info: info, client: client}
	market, err := client.Subnet(ctx, j.netuid)
	if err != nil {
		return seat{}, err
	}
	if !slices.ContainsFunc(market.Neurons, func(n neuron.Neuron) bool { return n.Hotkey == key.Address() }) {
		return s, a.takeSlot(ctx, s, j)
	}
	if a.dryRun {
		a.say("%s/%s has a slot on subnet %d: nothing to register", info.Name, a.hotkeyName(info), j.netuid)
		return s, errDryRun
	}
	return s, nil
}

// ensureWallet opens the acting wallet, or creates it after asking.
func (a *app) ensureWallet(local bool) (wallet.Info, error) {
	info, err := a.actingWallet()
	if !errors.Is(err, wallet.ErrNotFound) || a.dryRun {
		return info, err
	}
	if err := a.confirm(fmt.Sprintf("wallet %s does not exist. Create it?", a.wallet)); err != nil {
		return wallet.Info{}, err
	}
	if local && !isLocal(a.network.ChainID) {
		local = false // the home is not the local network's: real wallets may lie in it
	}
	info, words, err := a.createWallet(a.wallet, local, false)
	if err != nil {
		return wallet.Info{}, err
	}
	if local {
		a.say("created wallet %s (%s), its words in plain text: good for this local network only", info.Name, info.Address)
		return info, nil
	}
	return info, viewWallet(info, words).print(a.Stderr)
}

func (a *app) ensureHotkey(info wallet.Info) (neuron.Key, error) {
	name := a.hotkeyName(info)
	key, err := a.store().Hotkey(info.Name, name)
	if errors.Is(err, wallet.ErrNotFound) && !a.dryRun {
		return a.store().CreateHotkey(info.Name, name)
	}
	return key, err
}

// takeSlot registers by work, or by burn with money from the faucet where there is one.
func (a *app) takeSlot(ctx context.Context, s seat, j joining) error {
	if j.work {
		if a.dryRun {
			return errors.Join(errDryRun, a.previewWork(ctx, s.client, s.netuid, s.info))
		}
		r, err := a.workLoop(ctx, s.client, s.netuid, s.info, s.key)
		if err == nil {
			a.say("registered: subnet %d neuron %d by work, height %d, tx %s", s.netuid, r.UID, r.Height, shortHash(r.Hash))
		}
		return err
	}
	p, err := a.burnPlan(ctx, s.netuid, s.info, s.key, j.maxPrice)
	if err != nil {
		return err
	}
	if err := a.fund(ctx, s, p); err != nil {
		return err
	}
	res, err := a.carryOut(ctx, p)
	if err != nil {
		return err
	}
	var answer neuronmod.MsgRegisterResponse
	if err := res.Answer(0, &answer); err != nil {
		return err
	}
	a.say("registered: subnet %d neuron %d, burned %s, height %d, tx %s", s.netuid, answer.Uid, formatTAO(answer.BurnRao), res.Height, shortHash(res.Hash))
	return nil
}

// fund asks the faucet of a local network for what the burn takes.
func (a *app) fund(ctx context.Context, s seat, p plan) error {
	if !isLocal(s.client.ChainID()) || a.dryRun {
		return nil
	}
	have, err := s.client.BalanceRao(ctx, s.info.Address)
	if err != nil || have > p.costRao {
		return err
	}
	gift := p.costRao + faucetGift
	if err := a.confirm(fmt.Sprintf("get %s from the faucet (local only) to %s?", formatTAO(gift), p.action)); err != nil {
		return err
	}
	faucet, err := a.store().Open(faucetWallet)
	if err != nil {
		return err
	}
	give, err := a.sendPlan(faucet, string(s.info.Address), fmt.Sprintf("%drao", gift))
	if err != nil {
		return err
	}
	give.agree = false
	if _, err := a.carryOut(ctx, give); err != nil {
		return err
	}
	a.say("faucet: %s got %s (local only)", s.info.Name, formatTAO(gift))
	return nil
}

// stateDir is where a daemon of this hotkey keeps its state.
func (a *app) stateDir(kind string, s seat) string {
	return filepath.Join(a.home, "state", s.client.ChainID(), fmt.Sprintf("%s-%d-%s", kind, s.netuid, s.key.Address()))
}

// logger writes warnings of a daemon to stderr; --verbose writes everything.
func (a *app) logger(verbose bool) *slog.Logger {
	level := slog.LevelWarn
	if verbose {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: level}))
}
