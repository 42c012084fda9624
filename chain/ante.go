package chain

import (
	"fmt"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/dendra-net/dendra/x/neuron"
)

// door is a module that lets some of its messages pass without a fee, and refuses them before they cost anything.
type door interface {
	Admit(ctx sdk.Context, msg sdk.Msg) (free bool, err error)
}

// anteHandler is what every transaction passes: a lone registration by work needs no account, no signature and no
// fee; everything else takes the engine's road, with fees waived where the doors say so.
func (app *App) anteHandler() (sdk.AnteHandler, error) {
	usual, err := ante.NewAnteHandler(ante.HandlerOptions{
		AccountKeeper:   app.Accounts,
		BankKeeper:      app.Bank,
		FeegrantKeeper:  app.FeeGrants,
		SignModeHandler: app.Encoding.Tx.SignModeHandler(),
		SigGasConsumer:  ante.DefaultSigVerificationGasConsumer,
		TxFeeChecker:    app.checkFee,
	})
	if err != nil {
		return nil, err
	}
	work := sdk.ChainAnteDecorators(ante.NewSetUpContextDecorator(), workDecorator{app})
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		if _, ok := loneWork(tx); ok {
			return work(ctx, tx, simulate)
		}
		for _, msg := range tx.GetMsgs() {
			if _, ok := msg.(*neuron.MsgRegisterWork); ok {
				return ctx, errorsmod.Wrap(sdkerrors.ErrInvalidRequest, "a registration by work travels alone in its transaction")
			}
		}
		return usual(ctx, tx, simulate)
	}, nil
}

// loneWork returns the message of a transaction that is nothing but a registration by work.
func loneWork(tx sdk.Tx) (*neuron.MsgRegisterWork, bool) {
	msgs := tx.GetMsgs()
	if len(msgs) != 1 {
		return nil, false
	}
	m, ok := msgs[0].(*neuron.MsgRegisterWork)
	return m, ok
}

// workDecorator checks the work itself: two hashes before anything else.
type workDecorator struct{ app *App }

func (d workDecorator) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	m, _ := loneWork(tx)
	if err := d.app.checkFreeGas(ctx, tx); err != nil {
		return ctx, err
	}
	if err := d.app.Neurons.CheckWork(ctx, m); err != nil {
		return ctx, err
	}
	if err := d.app.Guard.OncePerBlock(ctx, floodKey(m.Hotkey, sdk.MsgTypeURL(m), m.Netuid)); err != nil {
		return ctx, err
	}
	return next(ctx, tx, simulate)
}

// checkFee asks the doors whether the transaction needs a fee, and if so whether it offers enough: the least price of
// gas is a parameter of the chain, so a block with a cheaper transaction is invalid.
func (app *App) checkFee(ctx sdk.Context, tx sdk.Tx) (sdk.Coins, int64, error) {
	feeTx, ok := tx.(sdk.FeeTx)
	if !ok {
		return nil, 0, errorsmod.Wrap(sdkerrors.ErrTxDecode, "transaction has no fee field")
	}
	free, err := app.admit(ctx, tx)
	if err != nil {
		return nil, 0, err
	}
	if free {
		return nil, 0, app.checkFreeGas(ctx, tx)
	}
	p, err := app.Guard.Params.Get(ctx)
	if err != nil {
		return nil, 0, err
	}
	fee := feeTx.GetFee()
	if len(fee) > 1 || (len(fee) == 1 && fee[0].Denom != Denom) {
		return nil, 0, errorsmod.Wrapf(sdkerrors.ErrInsufficientFee, "fee %s: fees are paid in %s", fee, Denom)
	}
	// ceil(gas * price / 1e6)
	want := math.NewIntFromUint64(feeTx.GetGas()).Mul(math.NewIntFromUint64(p.MinGasPriceMicrorao)).AddRaw(999_999).QuoRaw(1_000_000)
	if have := fee.AmountOf(Denom); have.LT(want) {
		return nil, 0, errorsmod.Wrapf(sdkerrors.ErrInsufficientFee, "fee is %s rao, %d gas cost at least %s rao", have, feeTx.GetGas(), want)
	}
	return fee, 0, nil
}

// admit reports whether every message passes some door for free. Doors run also for transactions that pay, so that a
// hopeless message is refused before it is charged.
func (app *App) admit(ctx sdk.Context, tx sdk.Tx) (bool, error) {
	doors := []door{app.Weights, app.Neurons, app.Emission, app.Stake}
	msgs := tx.GetMsgs()
	allFree := len(msgs) > 0
	for _, msg := range msgs {
		free := false
		for _, d := range doors {
			ok, err := d.Admit(ctx, msg)
			if err != nil {
				return false, err
			}
			free = free || ok
		}
		allFree = allFree && free
	}
	if !allFree || feeOffered(tx) {
		return false, nil
	}
	for _, msg := range msgs {
		if err := app.Guard.OncePerBlock(ctx, floodKey(signerOf(msg), sdk.MsgTypeURL(msg), netuidOf(msg))); err != nil {
			return false, err
		}
	}
	return true, nil
}

func feeOffered(tx sdk.Tx) bool {
	f, ok := tx.(sdk.FeeTx)
	return ok && !f.GetFee().IsZero()
}

func (app *App) checkFreeGas(ctx sdk.Context, tx sdk.Tx) error {
	p, err := app.Guard.Params.Get(ctx)
	if err != nil {
		return err
	}
	if f, ok := tx.(sdk.FeeTx); ok && f.GetGas() > p.FreeGas {
		return errorsmod.Wrapf(sdkerrors.ErrOutOfGas, "asks for %d gas, a transaction without a fee may ask for %d", f.GetGas(), p.FreeGas)
	}
	return nil
}

func floodKey(signer, kind string, netuid uint32) []byte {
	return fmt.Appendf(nil, "%s\x00%s\x00%d", signer, kind, netuid)
}

func netuidOf(msg sdk.Msg) uint32 {
	if m, ok := msg.(interface{ GetNetuid() uint32 }); ok {
		return m.GetNetuid()
	}
	return 0
}

// signerOf names who sends a free message: all of them have one of these fields.
func signerOf(msg sdk.Msg) string {
	switch m := msg.(type) {
	case interface{ GetHotkey() string }:
		return m.GetHotkey()
	case interface{ GetColdkey() string }:
		return m.GetColdkey()
	}
	return authtypes.ModuleName
}
