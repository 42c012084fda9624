package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/wallet"
)

func (a *app) walletCommand() *cobra.Command {
	return a.noun("wallet", "Keys: create, recover, list, balance, send",
		a.walletCreate(), a.walletRecover(), a.walletList(), a.walletBalance(), a.walletSend())
}

// walletView is a wallet as printed.
type walletView struct {
	Name    string         `json:"name"`
	Address neuron.Address `json:"address"`
	Local   bool           `json:"local"`
	Hotkeys []hotkeyView   `json:"hotkeys"`
	Words   string         `json:"words,omitempty"`
}

type hotkeyView struct {
	Name    string         `json:"name"`
	Address neuron.Address `json:"address"`
}

func viewWallet(info wallet.Info, words string) walletView {
	out := walletView{Name: info.Name, Address: info.Address, Local: info.Local, Words: words, Hotkeys: []hotkeyView{}}
	for _, h := range info.Hotkeys {
		out.Hotkeys = append(out.Hotkeys, hotkeyView(h))
	}
	return out
}

func (v walletView) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "wallet %s\n  coldkey %s\n", v.Name, v.Address)
	for _, h := range v.Hotkeys {
		fmt.Fprintf(&b, "  hotkey  %s (%s)\n", h.Address, h.Name)
	}
	if v.Words != "" {
		fmt.Fprintf(&b, "\n%s\n\nThese %d words are the only backup of the coldkey. They are shown this once:\nwrite them on paper and show them to nobody.\n",
			wrapWords(v.Words), len(strings.Fields(v.Words)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// wrapWords prints six numbered words a line.
func wrapWords(words string) string {
	var lines []string
	for i, word := range strings.Fields(words) {
		if i%6 == 0 {
			lines = append(lines, "")
		}
		lines[i/6] += fmt.Sprintf("%4d %-9s", i+1, word)
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func (a *app) walletCreate() *cobra.Command {
	var fromStdin, plain bool
	c := &cobra.Command{Use: "create NAME", Short: "Create a wallet: a coldkey under a password, and a hotkey", Args: args(1, 1),
		RunE: func(_ *cobra.Command, words []string) error {
			info, phrase, err := a.createWallet(words[0], plain, fromStdin)
			if err != nil {
				return err
			}
			view := viewWallet(info, phrase)
			return a.emit(view, view.print)
		}}
	c.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from a line of stdin (or set DENDRA_PASSWORD)")
	c.Flags().BoolVar(&plain, "plain", false, "keep the coldkey without a password; only where a local network lives")
	return c
}

// createWallet makes a wallet with a hotkey. A plain one is for a local network, whose coins are worth nothing.
func (a *app) createWallet(name string, plain, fromStdin bool) (wallet.Info, string, error) {
	options, err := a.walletOptions(plain, fromStdin)
	if err != nil {
		return wallet.Info{}, "", err
	}
	_, words, err := a.store().Create(name, options)
	if err != nil {
		return wallet.Info{}, "", err
	}
	info, err := a.addHotkey(name)
	return info, words, err
}

func (a *app) walletOptions(plain, fromStdin bool) (wallet.Options, error) {
	if plain && !isLocal(a.network.ChainID) {
		return wallet.Options{}, usagef("not_local", "--plain keeps a coldkey that anyone can read; %s is no home of a local network", a.home)
	}
	return wallet.Options{Local: plain, Password: a.password(fromStdin, true)}, nil
}

func (a *app) addHotkey(name string) (wallet.Info, error) {
	if _, err := a.store().CreateHotkey(name, a.hotkey); err != nil {
		return wallet.Info{}, err
	}
	return a.store().Open(name)
}

func (a *app) walletRecover() *cobra.Command {
	var fromStdin, plain bool
	c := &cobra.Command{Use: "recover NAME", Short: "Rebuild a wallet from its words, read from a line of stdin", Args: args(1, 1),
		RunE: func(_ *cobra.Command, given []string) error {
			words, err := a.readWords()
			if err != nil {
				return err
			}
			options, err := a.walletOptions(plain, fromStdin)
			if err != nil {
				return err
			}
			if _, err := a.store().Recover(given[0], words, options); err != nil {
				return err
			}
			info, err := a.addHotkey(given[0])
			if err != nil {
				return err
			}
			view := viewWallet(info, "")
			return a.emit(view, view.print)
		}}
	c.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from the line of stdin after the words (or set DENDRA_PASSWORD)")
	c.Flags().BoolVar(&plain, "plain", false, "keep the coldkey without a password; only where a local network lives")
	return c
}

// readWords asks a person, or takes the next line of stdin.
func (a *app) readWords() (string, error) {
	if a.interactive() {
		b, err := a.hidden("the 12 or 24 words, on one line: ")
		return string(b), err
	}
	line, err := a.input.line()
	if err != nil {
		return "", usagef("no_words", "stdin has no words: %v", err).withFix("echo \"word1 word2 ...\" | dendra wallet recover NAME")
	}
	return line, nil
}

func (a *app) walletList() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "List the wallets of this home", Args: args(0, 0),
		RunE: func(*cobra.Command, []string) error {
			infos, damaged := a.store().List()
			views := []walletView{}
			for _, info := range infos {
				views = append(views, viewWallet(info, ""))
			}
			err := a.emit(map[string]any{"wallets": views}, func(w io.Writer) error { return printWallets(w, views) })
			return errors.Join(damaged, err)
		}}
}

func printWallets(w io.Writer, views []walletView) error {
	t := term.Table{Columns: []term.Column{{Title: "WALLET"}, {Title: "COLDKEY"}, {Title: "HOTKEY"}, {Title: "HOTKEY ADDRESS"}, {Title: "KEPT"}}}
	for _, v := range views {
		kept := "password"
		if v.Local {
			kept = "plain"
		}
		first := []string{v.Name, string(v.Address)}
		for _, h := range v.Hotkeys {
			t.Add(append(first, h.Name, string(h.Address), kept)...)
			first, kept = []string{"", ""}, ""
		}
		if len(v.Hotkeys) == 0 {
			t.Add(append(first, "", "", kept)...)
		}
	}
	return t.Write(w)
}

func (a *app) walletBalance() *cobra.Command {
	c := &cobra.Command{Use: "balance [WALLET|ADDRESS]", Short: "Show what a coldkey holds: free, staked, on its way back", Args: args(0, 1)}
	chainAt := a.heightFlag(c)
	c.RunE = func(c *cobra.Command, given []string) error {
		address, err := a.coldkeyAsked(given)
		if err != nil {
			return err
		}
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		b, err := readBalance(c.Context(), at, address)
		if err != nil {
			return err
		}
		return a.emit(b, b.print)
	}
	return c
}

// balanceView is what a coldkey holds.
type balanceView struct {
	Address      neuron.Address `json:"address"`
	FreeRao      uint64         `json:"free_rao,string"`
	StakedRao    uint64         `json:"staked_rao,string"`
	UnbondingRao uint64         `json:"unbonding_rao,string"`
	TotalRao     uint64         `json:"total_rao,string"`
}

func (b balanceView) print(w io.Writer) error {
	t := term.Table{Columns: []term.Column{{Title: "COLDKEY"}, {Title: "FREE (TAO)", Right: true}, {Title: "STAKED (TAO)", Right: true},
		{Title: "UNBONDING (TAO)", Right: true}, {Title: "TOTAL (TAO)", Right: true}}}
	t.Add(string(b.Address), decimalTAO(b.FreeRao), decimalTAO(b.StakedRao), decimalTAO(b.UnbondingRao), decimalTAO(b.TotalRao))
	return t.Write(w)
}

func readBalance(ctx context.Context, at view, address neuron.Address) (b balanceView, err error) {
	b.Address = address
	if b.FreeRao, err = at.BalanceRao(ctx, address); err != nil {
		return balanceView{}, err
	}
	holdings, err := at.Holdings(ctx, address)
	if err != nil {
		return balanceView{}, err
	}
	for _, h := range holdings {
		b.StakedRao += h.StakeRao
	}
	unbondings, err := at.Unbondings(ctx, address)
	if err != nil {
		return balanceView{}, err
	}
	for _, u := range unbondings {
		b.UnbondingRao += u.Rao
	}
	b.TotalRao = b.FreeRao + b.StakedRao + b.UnbondingRao
	return b, nil
}
