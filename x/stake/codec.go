package stake

import (
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/legacy"
	"github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterInterfaces makes the module's messages known to the codec.
func RegisterInterfaces(registry types.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgAddStake{}, &MsgRemoveStake{}, &MsgSetTake{}, &MsgUpdateParams{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}

// RegisterLegacyAminoCodec makes the messages signable by wallets that show amino JSON.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgAddStake{}, "dendra/AddStake")
	legacy.RegisterAminoMsg(cdc, &MsgRemoveStake{}, "dendra/RemoveStake")
	legacy.RegisterAminoMsg(cdc, &MsgSetTake{}, "dendra/SetTake")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "dendra/stake/UpdateParams")
}
