package chain

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantkeeper "github.com/cosmos/cosmos-sdk/x/feegrant/keeper"

	"github.com/dendra-net/dendra/x/neuron"
)

// door is a module that lets some of its messages pass without a fee, and refuses them before they cost anything.
type door interface {
	Admit(ctx sdk.Context, msg sdk.Msg) (free bool, err error)
}

// feeGrants gives the refusal of a fee that nobody granted its code.
type feeGrants struct{ feegrantkeeper.Keeper }

// UseGrantedFees takes the fee off the grant.
func (k feeGrants) UseGrantedFees(ctx context.Context, granter, grantee sdk.AccAddress, fee sdk.Coins, msgs []sdk.Msg) error {
	err := k.Keeper.UseGrantedFees(ctx, granter, grantee, fee, msgs)
	if errors.Is(err, collections.ErrNotFound) {
		return feegrant.ErrNoAllowance.Wrapf("%s pays no fees of %s", granter, grantee)
	}
	return err
}

const (
	// maxTxBytes bounds one transaction.
	maxTxBytes = 1 << 20
	// maxWorkBytes bounds a registration by work, which nobody pays for: its message has about 300 bytes.
	maxWorkBytes = 1 << 10
	// maxNesting bounds messages inside messages.
	maxNesting = 4
)

// anteHandler is what every transaction passes: a lone registration by work needs no account, no signature and no
// fee; everything else takes the engine's road, with fees waived where the doors say so.
func (app *App) anteHandler() (sdk.AnteHandler, error) {
	usual, err := ante.NewAnteHandler(ante.HandlerOptions{
		AccountKeeper:   app.Accounts,
		BankKeeper:      app.Bank,
		FeegrantKeeper:  feeGrants{app.FeeGrants},
		SignModeHandler: app.Encoding.Tx.SignModeHandler(),
		SigGasConsumer:  ante.DefaultSigVerificationGasConsumer,
		TxFeeChecker:    app.checkFee,
	})
	if err != nil {
		return nil, err
	}
	work := sdk.ChainAnteDecorators(ante.NewSetUpContextDecorator(), workDecorator{app})
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		if size := len(ctx.TxBytes()); size > maxTxBytes {
			return ctx, errorsmod.Wrapf(sdkerrors.ErrTxTooLarge, "%d bytes, the most is %d", size, maxTxBytes)
		}
		if _, ok := loneWork(tx); ok {
			return work(ctx, tx, simulate)
		}
		if err := checkCompany(tx.GetMsgs(), maxNesting); err != nil {
			return ctx, err
		}
		return usual(ctx, tx, simulate)
	}, nil
}

// checkCompany refuses a registration by work among other messages or inside one, where the door's checks would not
// reach it, and messages nested too deep to look at.
func checkCompany(msgs []sdk.Msg, depth int) error {
	if depth == 0 {
		return errorsmod.Wrapf(sdkerrors.ErrInvalidRequest, "messages are nested more than %d deep", maxNesting)
	}
	for _, msg := range msgs {
		switch m := msg.(type) {
		case *neuron.MsgRegisterWork:
			return errorsmod.Wrap(sdkerrors.ErrInvalidRequest, "a registration by work travels alone in its transaction")
		case interface{ GetMessages() ([]sdk.Msg, error) }:
			inner, err := m.GetMessages()
			if err != nil {
				return errorsmod.Wrap(sdkerrors.ErrInvalidRequest, err.Error())
			}
			if err := checkCompany(inner, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
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

// workDecorator checks the work itself: two hashes before anything else. Nobody signs such a transaction, so whoever
// passes it on could change what surrounds the message: its size is bounded, its gas is the chain's, and the rest is
// not looked at.
type workDecorator struct{ app *App }

func (d workDecorator) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	m, _ := loneWork(tx)
	if size := len(ctx.TxBytes()); size > maxWorkBytes {
		return ctx, errorsmod.Wrapf(sdkerrors.ErrTxTooLarge, "a registration by work of %d bytes, the most is %d", size, maxWorkBytes)
	}
	p, err := d.app.Guard.Params.Get(ctx.WithGasMeter(storetypes.NewInfiniteGasMeter()))
	if err != nil {
		return ctx, err
	}
	ctx = ante.SetGasMeter(simulate, ctx, p.FreeGas)
	if err := d.app.Neurons.CheckWork(ctx, m); err != nil {
		return ctx, err
	}
	if err := d.app.oncePerBlock(ctx, m); err != nil {
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
	want := p.MinFee(feeTx.GetGas())
	if have := fee.AmountOf(Denom); have.LT(math.NewIntFromUint64(want)) {
		return nil, 0, errorsmod.Wrapf(sdkerrors.ErrInsufficientFee, "fee is %s rao, %d gas cost at least %d rao", have, feeTx.GetGas(), want)
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
		if err := app.oncePerBlock(ctx, msg); err != nil {
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

// oncePerBlock lets one message of a kind through for each signer, subnet and block.
func (app *App) oncePerBlock(ctx sdk.Context, msg sdk.Msg) error {
	signers, _, err := app.Encoding.Codec.GetMsgV1Signers(msg)
	if err != nil {
		return errorsmod.Wrap(sdkerrors.ErrInvalidRequest, err.Error())
	}
	for _, signer := range signers {
		key := fmt.Appendf(nil, "%x/%s/%d", signer, sdk.MsgTypeURL(msg), netuidOf(msg))
		if err := app.Guard.OncePerBlock(ctx, key); err != nil {
			return errorsmod.Wrapf(err, "%s of %s", sdk.MsgTypeURL(msg), sdk.AccAddress(signer))
		}
	}
	return nil
}

func netuidOf(msg sdk.Msg) uint32 {
	if m, ok := msg.(interface{ GetNetuid() uint32 }); ok {
		return m.GetNetuid()
	}
	return 0
}
