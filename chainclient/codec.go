package chainclient

import (
	"fmt"

	"github.com/cosmos/gogoproto/proto"
)

// wireCodec carries the chain's generated messages, whose custom fields gRPC's own codec does not know.
type wireCodec struct{}

func (wireCodec) Name() string { return "proto" }

func (wireCodec) Marshal(v any) ([]byte, error) {
	m, ok := v.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("encode %T: not a protobuf message", v)
	}
	return proto.Marshal(m)
}

func (wireCodec) Unmarshal(data []byte, v any) error {
	m, ok := v.(proto.Message)
	if !ok {
		return fmt.Errorf("decode %T: not a protobuf message", v)
	}
	return proto.Unmarshal(data, m)
}
