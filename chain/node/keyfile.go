package node

import (
	"errors"
	"fmt"

	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/privval"
)

// ErrCorruptHome marks a node's folder that cannot be used: a file is missing, torn or not what it should be.
var ErrCorruptHome = errors.New("corrupt home")

func checkKeyJSON(raw []byte) error {
	var k privval.FilePVKey
	if err := cmtjson.Unmarshal(raw, &k); err != nil {
		return err
	}
	if k.PrivKey == nil || k.PubKey == nil {
		return fmt.Errorf("no key in it")
	}
	return nil
}

func checkStateJSON(raw []byte) error {
	var s privval.FilePVLastSignState
	return cmtjson.Unmarshal(raw, &s)
}
