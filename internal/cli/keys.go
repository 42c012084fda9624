package cli

import (
	"fmt"
	"strings"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/wallet"
)

// defaultHotkey is the name of a wallet's first hotkey.
const defaultHotkey = "default"

// actingWallet is the wallet that --wallet names.
func (a *app) actingWallet() (wallet.Info, error) {
	if a.wallet == "" {
		return wallet.Info{}, usagef("no_wallet", "no wallet is named").withFix("add --wallet NAME (dendra wallet list shows them), or set DENDRA_WALLET")
	}
	return a.store().Open(a.wallet)
}

// actingHotkey is the hotkey that --wallet and --hotkey name. Of a wallet with a single hotkey, that one is taken
// when none is named.
func (a *app) actingHotkey() (neuron.Key, error) {
	info, err := a.actingWallet()
	if err != nil {
		return neuron.Key{}, err
	}
	return a.store().Hotkey(info.Name, a.hotkeyName(info))
}

func (a *app) hotkeyName(info wallet.Info) string {
	if a.hotkey == defaultHotkey && len(info.Hotkeys) == 1 {
		return info.Hotkeys[0].Name
	}
	return a.hotkey
}

// coldPlan fills in who pays and signs a plan: the coldkey of a wallet.
func (a *app) coldPlan(info wallet.Info, p plan) plan {
	p.payer, p.agree = info.Name, true
	p.watch = chainclient.Watch(info.Address, info.PublicKey)
	p.unlock = func() (chainclient.Signer, error) {
		cold, err := a.store().Unlock(info.Name, a.password(false, false))
		if err != nil {
			return nil, err
		}
		return chainclient.Coldkey(cold), nil
	}
	return p
}

// hotPlan makes a hotkey the signer of a plan that costs nothing.
func hotPlan(key neuron.Key, p plan) plan {
	signer := chainclient.Hotkey(key)
	p.watch = signer
	p.unlock = func() (chainclient.Signer, error) { return signer, nil }
	return p
}

// findColdkey reads an address or the name of a wallet.
func (a *app) findColdkey(s string) (neuron.Address, error) {
	if strings.HasPrefix(s, neuron.AddressPrefix+"1") {
		return neuron.ParseAddress(s)
	}
	info, err := a.store().Open(s)
	return info.Address, err
}

// findHotkey reads an address, WALLET/HOTKEY, or the name of a wallet for its only or default hotkey.
func (a *app) findHotkey(s string) (neuron.Address, error) {
	if strings.HasPrefix(s, neuron.AddressPrefix+"1") {
		return neuron.ParseAddress(s)
	}
	name, hotkey, named := strings.Cut(s, "/")
	info, err := a.store().Open(name)
	if err != nil {
		return "", err
	}
	if !named {
		hotkey = defaultHotkey
		if len(info.Hotkeys) == 1 {
			hotkey = info.Hotkeys[0].Name
		}
	}
	for _, h := range info.Hotkeys {
		if h.Name == hotkey {
			return h.Address, nil
		}
	}
	return "", fmt.Errorf("hotkey %q of wallet %q: %w", hotkey, name, wallet.ErrNotFound)
}

// names maps the addresses of this home's keys to what their owner calls them.
func (a *app) names() map[neuron.Address]string {
	out := map[neuron.Address]string{}
	infos, err := a.store().List()
	if err != nil {
		a.say("some wallets cannot be read: %v", err)
	}
	for _, info := range infos {
		out[info.Address] = info.Name
		for _, h := range info.Hotkeys {
			out[h.Address] = info.Name
			if h.Name != defaultHotkey && len(info.Hotkeys) > 1 {
				out[h.Address] = info.Name + "/" + h.Name
			}
		}
	}
	return out
}
