// Package prefix makes the engine write addresses as tao1..., once per process. The engine keeps the prefix in a
// global; this package is the only one that touches it.
package prefix

import (
	"os"
	"sync"

	"cosmossdk.io/core/address"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Account is the human-readable part of every address.
const Account = "tao"

var once sync.Once

// Set makes addresses print with the project's prefixes. Every entry point that uses addresses calls it first.
func Set() {
	once.Do(func() {
		// Without a scope named here the engine asks the operating system for the path of the program and the name of
		// the machine each time it reads an address: 29 microseconds instead of 2.
		if err := os.Setenv(sdk.EnvConfigScope, Account); err != nil {
			panic(err) // the name and the value are constants that every system takes
		}
		c := sdk.GetConfig()
		c.SetBech32PrefixForAccount(Account, Account+"pub")
		c.SetBech32PrefixForValidator(Account+"valoper", Account+"valoperpub")
		c.SetBech32PrefixForConsensusNode(Account+"valcons", Account+"valconspub")
	})
}

// Codec translates account addresses.
func Codec() address.Codec { return addresscodec.NewBech32Codec(Account) }
