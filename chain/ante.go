package chain

import (
	errorsmod "cosmossdk.io/errors"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"

	"github.com/dendra-net/dendra/x/neuron"
)

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
func (app *App) anteHandler() sdk.AnteHandler {
	usual := sdk.ChainAnteDecorators(
		ante.NewSetUpContextDecorator(),
		ante.NewExtensionOptionsDecorator(nil),
		ante.NewValidateBasicDecorator(),
		ante.NewTxTimeoutHeightDecorator(),
		ante.NewValidateMemoDecorator(app.Accounts),
		ante.NewConsumeGasForTxSizeDecorator(app.Accounts),
		feeDecorator{app},
		ante.NewSetPubKeyDecorator(app.Accounts),
		ante.NewValidateSigCountDecorator(app.Accounts),
		ante.NewSigGasConsumeDecorator(app.Accounts, ante.DefaultSigVerificationGasConsumer),
		ante.NewSigVerificationDecorator(app.Accounts, app.Encoding.Tx.SignModeHandler()),
		ante.NewIncrementSequenceDecorator(app.Accounts),
	)
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
	}
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
