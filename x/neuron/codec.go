package neuron

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
		&MsgRegister{}, &MsgRegisterWork{}, &MsgServe{}, &MsgCommitData{}, &MsgUpdateParams{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}

// RegisterLegacyAminoCodec makes the messages signable by wallets that show amino JSON.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgRegister{}, "dendra/Register")
	legacy.RegisterAminoMsg(cdc, &MsgRegisterWork{}, "dendra/RegisterWork")
	legacy.RegisterAminoMsg(cdc, &MsgServe{}, "dendra/Serve")
	legacy.RegisterAminoMsg(cdc, &MsgCommitData{}, "dendra/CommitData")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "dendra/neuron/UpdateParams")
}
