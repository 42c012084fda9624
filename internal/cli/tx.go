package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cosmos/gogoproto/proto"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/neuron"
)

// plan is a transaction before it is agreed to.
type plan struct {
	action  string // what it does, as an order: "send 1.000000000 TAO to bob"
	verb    string // what happens to costRao: "burned", "locked", "sent", "staked"
	costRao uint64 // besides the fee
	changes []string
	agree   bool // a person must agree first
	watch   chainclient.Signer
	unlock  func() (chainclient.Signer, error)
	msgs    []proto.Message
	payer   string // name of the wallet that pays; empty when nobody does
}

// preview is what a plan would do, as --dry-run prints it.
type preview struct {
	DryRun          bool           `json:"dry_run"`
	Action          string         `json:"action"`
	Payer           string         `json:"payer,omitempty"`
	Address         neuron.Address `json:"address"`
	Gas             uint64         `json:"gas"`
	FeeRao          uint64         `json:"fee_rao,string"`
	Cost            string         `json:"cost,omitempty"`
	CostRao         uint64         `json:"cost_rao,string"`
	BalanceRao      uint64         `json:"balance_rao,string"`
	BalanceAfterRao uint64         `json:"balance_after_rao,string"`
	Changes         []string       `json:"changes"`
}

// receipt is a transaction that was carried out.
type receipt struct {
	Hash    string `json:"tx"`
	Height  int64  `json:"height"`
	FeeRao  uint64 `json:"fee_rao,string"`
	GasUsed uint64 `json:"gas_used"`
}

// errDryRun ends a command after its preview; it is no failure.
var errDryRun = errors.New("dry run")

// carryOut previews the plan, asks for agreement and submits. Errors: errDryRun when only a preview was wanted.
func (a *app) carryOut(ctx context.Context, p plan) (chainclient.TxResult, error) {
	c, err := a.chain(ctx)
	if err != nil {
		return chainclient.TxResult{}, err
	}
	if a.dryRun || p.agree {
		look, err := a.look(ctx, c, p)
		if err != nil {
			return chainclient.TxResult{}, err
		}
		if a.dryRun {
			return chainclient.TxResult{}, errors.Join(errDryRun, a.emit(look, look.print))
		}
		if err := a.agree(look); err != nil {
			return chainclient.TxResult{}, err
		}
	}
	signer, err := p.unlock()
	if err != nil {
		return chainclient.TxResult{}, err
	}
	return c.Submit(ctx, signer, p.msgs...)
}

// agree shows the preview to a person and asks.
func (a *app) agree(look preview) error {
	if a.interactive() && !a.yes {
		if err := look.print(a.Stderr); err != nil {
			return err
		}
	}
	return a.confirm(look.Action + "?")
}

// look finds out what the plan would cost and refuses what cannot be paid.
func (a *app) look(ctx context.Context, c *chainclient.Client, p plan) (preview, error) {
	balance, err := c.BalanceRao(ctx, p.watch.Address())
	if err != nil {
		return preview{}, err
	}
	out := preview{DryRun: a.dryRun, Action: p.action, Payer: p.payer, Address: p.watch.Address(), Cost: p.verb,
		CostRao: p.costRao, BalanceRao: balance, Changes: p.changes}
	if p.costRao > balance {
		return preview{}, a.poor(c, p, p.costRao, balance)
	}
	e, err := c.Simulate(ctx, p.watch, p.msgs...)
	if errors.Is(err, chainclient.ErrUnknownAccount) && p.payer != "" {
		return preview{}, a.poor(c, p, p.costRao+1, 0)
	}
	if err != nil {
		return preview{}, err
	}
	if e.FeeRao > balance-p.costRao {
		return preview{}, a.poor(c, p, p.costRao+e.FeeRao, balance)
	}
	out.Gas, out.FeeRao, out.BalanceAfterRao = e.Gas, e.FeeRao, balance-p.costRao-e.FeeRao
	return out, nil
}

// poor says that a wallet cannot pay, and where TAO comes from.
func (a *app) poor(c *chainclient.Client, p plan, need, have uint64) error {
	e := failf("insufficient_funds", "to %s takes %s; %s has %s", p.action, formatTAO(need), p.payer, formatTAO(have))
	if isLocal(c.ChainID()) {
		return e.withFix("dendra faucet %s %s", p.payer, decimalTAO(need-have+raoPerTAO))
	}
	return e.withFix("dendra wallet send --wallet OTHER --to %s %s", p.watch.Address(), decimalTAO(need-have))
}

func (p preview) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "plan     %s\n", p.Action)
	if p.CostRao > 0 {
		fmt.Fprintf(&b, "  %-8s %s\n", p.Cost, formatTAO(p.CostRao))
	}
	fmt.Fprintf(&b, "  fee      %s (%d gas)\n", formatTAO(p.FeeRao), p.Gas)
	fmt.Fprintf(&b, "  balance  %s now, %s after\n", formatTAO(p.BalanceRao), formatTAO(p.BalanceAfterRao))
	for _, change := range p.Changes {
		fmt.Fprintf(&b, "  change   %s\n", change)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// transact carries a plan out and prints its receipt; result, when given, adds what the chain answered.
func (a *app) transact(ctx context.Context, p plan, done func(chainclient.TxResult) (result any, sentence string, err error)) error {
	res, err := a.carryOut(ctx, p)
	if err != nil {
		return dropDryRun(err)
	}
	result, sentence, err := done(res)
	if err != nil {
		return err
	}
	return a.emit(result, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s\n  height %d   fee %s   tx %s\n", sentence, res.Height, formatTAO(res.FeeRao), res.Hash)
		return err
	})
}

// dropDryRun takes the mark of a dry run out of err: what is left is what failed.
func dropDryRun(err error) error {
	if !errors.Is(err, errDryRun) {
		return err
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok && len(joined.Unwrap()) > 1 {
		return joined.Unwrap()[1]
	}
	return nil
}

func receiptOf(r chainclient.TxResult) receipt {
	return receipt{Hash: r.Hash, Height: r.Height, FeeRao: r.FeeRao, GasUsed: r.GasUsed}
}
