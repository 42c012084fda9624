package chain

import (
	"context"
	"fmt"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/guard"
)

// bankLaw says that the balances of all accounts sum to the supply.
func (app *App) bankLaw() guard.Law {
	return guard.Law{Name: "bank/balances", Check: func(ctx context.Context) (bool, string, error) {
		sum := math.ZeroInt()
		app.Bank.IterateAllBalances(ctx, func(_ sdk.AccAddress, c sdk.Coin) bool {
			sum = sum.Add(c.Amount)
			return false
		})
		supply := app.Bank.GetSupply(ctx, Denom).Amount
		return sum.Equal(supply), fmt.Sprintf("balances %s rao, supply %s rao", sum, supply), nil
	}}
}
