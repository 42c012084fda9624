package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	cmtconfig "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"

	"github.com/dendra-net/dendra/internal/durable"
)

// ErrCorruptHome marks a node's folder that cannot be used: a file is missing, torn or not what it should be.
var ErrCorruptHome = errors.New("corrupt home")

// maxKeyFile bounds the files of keys.
const maxKeyFile = 64 << 10

// peerKey reads the key that names the node among its peers, or makes it.
func peerKey(path string) (*p2p.NodeKey, error) {
	raw, err := durable.Read(path, maxKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return newPeerKey(path)
	}
	key := &p2p.NodeKey{}
	if err == nil {
		err = cmtjson.Unmarshal(raw, key)
	}
	if err == nil && key.PrivKey == nil {
		err = errors.New("no key in it")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: peer key %s: %w; without the file the node takes a new name", ErrCorruptHome, path, err)
	}
	return key, nil
}

func newPeerKey(path string) (*p2p.NodeKey, error) {
	key := &p2p.NodeKey{PrivKey: ed25519.GenPrivKey()}
	raw, err := cmtjson.Marshal(key)
	if err != nil {
		return nil, fmt.Errorf("peer key: %w", err)
	}
	return key, durable.Create(path, raw, 0o600)
}

// consensusKey reads the key that signs blocks with what it signed last, or makes both in a home without a chain. The
// signing state is written first: a key without one is refused, and a crash between the two must not look like that.
func consensusKey(cfg *cmtconfig.Config) (*privval.FilePV, error) {
	key, state := cfg.PrivValidatorKeyFile(), cfg.PrivValidatorStateFile()
	_, err := os.Stat(key)
	if err == nil {
		if err := errors.Join(checkKey(key), checkSigned(state)); err != nil {
			return nil, err
		}
		return privval.LoadFilePV(key, state), nil
	}
	if !errors.Is(err, fs.ErrNotExist) || HasChain(cfg.RootDir) {
		return nil, fmt.Errorf("%w: consensus key: %w; the chain in this home was signed with it", ErrCorruptHome, err)
	}
	pv := privval.GenFilePV(key, state)
	if err := writeKey(state, pv.LastSignState, durable.Replace); err != nil {
		return nil, err
	}
	return pv, writeKey(key, pv.Key, durable.Create)
}

func writeKey(path string, v any, write func(string, []byte, fs.FileMode) error) error {
	raw, err := cmtjson.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return write(path, raw, 0o600)
}

// checkKey looks before CometBFT does: its loader ends the process on a broken file.
func checkKey(path string) error {
	raw, err := durable.Read(path, maxKeyFile)
	var k privval.FilePVKey
	if err == nil {
		err = cmtjson.Unmarshal(raw, &k)
	}
	if err == nil && (k.PrivKey == nil || k.PubKey == nil) {
		err = errors.New("no key in it")
	}
	if err != nil {
		return fmt.Errorf("%w: consensus key %s: %w", ErrCorruptHome, path, err)
	}
	return nil
}

func checkSigned(path string) error {
	raw, err := durable.Read(path, maxKeyFile)
	if err == nil {
		err = cmtjson.Unmarshal(raw, &privval.FilePVLastSignState{})
	}
	if err != nil {
		return fmt.Errorf("%w: signing state %s: %w; without it this node could sign two blocks of one height", ErrCorruptHome, path, err)
	}
	return nil
}
