package chain

import (
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
)

// door is a module that lets some of its messages pass without a fee, and refuses them before they cost anything.
type door interface {
	Admit(ctx sdk.Context, msg sdk.Msg) (free bool, err error)
}

// feeDecorator takes the fee. The engine's own writes a global when it is made, so two applications in one process
// would race.
type feeDecorator struct{ app *App }

func (d feeDecorator) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	feeTx, ok := tx.(sdk.FeeTx)
	if !ok {
		return ctx, errorsmod.Wrap(sdkerrors.ErrTxDecode, "transaction has no fee field")
	}
	fee := feeTx.GetFee()
	if !simulate {
		var err error
		if fee, err = d.app.checkFee(ctx, feeTx); err != nil {
			return ctx, err
		}
	}
	payer, err := d.app.payer(ctx, feeTx, fee)
	if err != nil {
		return ctx, err
	}
	if !fee.IsZero() {
		if err := d.app.Bank.SendCoinsFromAccountToModule(ctx, payer, authtypes.FeeCollectorName, fee); err != nil {
			return ctx, errorsmod.Wrapf(sdkerrors.ErrInsufficientFunds, "fee of %s: %s", fee, err)
		}
	}
	ctx.EventManager().EmitEvent(sdk.NewEvent(sdk.EventTypeTx,
		sdk.NewAttribute(sdk.AttributeKeyFee, fee.String()), sdk.NewAttribute(sdk.AttributeKeyFeePayer, payer.String())))
	return next(ctx, tx, simulate)
}

// payer is whose coins pay the fee: those of the first who signs, or of somebody who granted it.
func (app *App) payer(ctx sdk.Context, tx sdk.FeeTx, fee sdk.Coins) (sdk.AccAddress, error) {
	payer, granter := sdk.AccAddress(tx.FeePayer()), sdk.AccAddress(tx.FeeGranter())
	if len(granter) > 0 && !granter.Equals(payer) {
		err := app.FeeGrants.UseGrantedFees(ctx, granter, payer, fee, tx.GetMsgs())
		if errors.Is(err, collections.ErrNotFound) {
			return nil, feegrant.ErrNoAllowance.Wrapf("%s pays no fees of %s", granter, payer)
		}
		if err != nil {
			return nil, err
		}
		payer = granter
	}
	if !app.Accounts.HasAccount(ctx, payer) {
		return nil, sdkerrors.ErrUnknownAddress.Wrapf("%s has no account: nobody has sent it a coin yet", payer)
	}
	return payer, nil
}

// checkFee asks the doors whether the transaction needs a fee, and if so whether it offers enough: the least price of
// gas is a parameter of the chain, so a block with a cheaper transaction is invalid.
func (app *App) checkFee(ctx sdk.Context, tx sdk.FeeTx) (sdk.Coins, error) {
	free, err := app.admit(ctx, tx)
	if err != nil {
		return nil, err
	}
	if free {
		return nil, app.checkFreeGas(ctx, tx)
	}
	p, err := app.Guard.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	fee := tx.GetFee()
	if len(fee) > 1 || (len(fee) == 1 && fee[0].Denom != Denom) {
		return nil, errorsmod.Wrapf(sdkerrors.ErrInsufficientFee, "fee %s: fees are paid in %s", fee, Denom)
	}
	want := p.MinFee(tx.GetGas())
	if have := fee.AmountOf(Denom); have.LT(math.NewIntFromUint64(want)) {
		return nil, errorsmod.Wrapf(sdkerrors.ErrInsufficientFee, "fee is %s rao, %d gas cost at least %d rao", have, tx.GetGas(), want)
	}
	return fee, nil
}

// admit reports whether every message passes some door for free. Doors run also for transactions that pay, so that a
// hopeless message is refused before it is charged.
func (app *App) admit(ctx sdk.Context, tx sdk.FeeTx) (bool, error) {
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
	if !allFree || !tx.GetFee().IsZero() {
		return false, nil
	}
	for _, msg := range msgs {
		if err := app.oncePerBlock(ctx, msg); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (app *App) checkFreeGas(ctx sdk.Context, tx sdk.FeeTx) error {
	p, err := app.Guard.Params.Get(ctx)
	if err != nil {
		return err
	}
	if tx.GetGas() > p.FreeGas {
		return errorsmod.Wrapf(sdkerrors.ErrOutOfGas, "asks for %d gas, a transaction without a fee may ask for %d", tx.GetGas(), p.FreeGas)
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
