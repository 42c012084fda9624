package chain

import (
	"fmt"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/std"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	"github.com/cosmos/cosmos-sdk/x/tx/signing"
	"github.com/cosmos/gogoproto/proto"

	"github.com/dendra-net/dendra/internal/prefix"
)

// Encoding is how the chain writes and reads values.
type Encoding struct {
	Registry types.InterfaceRegistry
	Codec    *codec.ProtoCodec
	Amino    *codec.LegacyAmino
	Tx       client.TxConfig
}

// newEncoding knows the engine's standard types; the modules add theirs.
func newEncoding() (Encoding, error) {
	prefix.Set()
	registry, err := types.NewInterfaceRegistryWithOptions(types.InterfaceRegistryOptions{
		ProtoFiles: proto.HybridResolver,
		SigningOptions: signing.Options{
			AddressCodec:          prefix.Codec(),
			ValidatorAddressCodec: address.NewBech32Codec(prefix.Account + "valoper"),
		},
	})
	if err != nil {
		return Encoding{}, fmt.Errorf("interface registry: %w", err)
	}
	cdc := codec.NewProtoCodec(registry)
	amino := codec.NewLegacyAmino()
	std.RegisterInterfaces(registry)
	std.RegisterLegacyAminoCodec(amino)
	return Encoding{Registry: registry, Codec: cdc, Amino: amino, Tx: authtx.NewTxConfig(cdc, authtx.DefaultSignModes)}, nil
}
