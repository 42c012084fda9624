package weights

import (
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/legacy"
	"github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterInterfaces makes the module's messages known.
func RegisterInterfaces(r types.InterfaceRegistry) {
	r.RegisterImplementations((*sdk.Msg)(nil), &MsgSetWeights{}, &MsgCommitWeights{}, &MsgRevealWeights{}, &MsgPublishEvidence{}, &MsgUpdateParams{})
	msgservice.RegisterMsgServiceDesc(r, &_Msg_serviceDesc)
}

// RegisterLegacyAminoCodec makes the module's messages known to hardware wallets.
func RegisterLegacyAminoCodec(c *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(c, &MsgSetWeights{}, "dendra/SetWeights")
	legacy.RegisterAminoMsg(c, &MsgCommitWeights{}, "dendra/CommitWeights")
	legacy.RegisterAminoMsg(c, &MsgRevealWeights{}, "dendra/RevealWeights")
	legacy.RegisterAminoMsg(c, &MsgPublishEvidence{}, "dendra/PublishEvidence")
	legacy.RegisterAminoMsg(c, &MsgUpdateParams{}, "dendra/weights/UpdateParams")
}
