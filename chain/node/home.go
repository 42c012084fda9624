package node

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/dendra-net/dendra/internal/durable"
)

// Identity is what others must know of a node: its consensus key and its name among peers.
type Identity struct {
	ConsensusKey []byte // 32-byte ed25519 public key
	PeerID       string // hex, the part before @ of a peer address
}

// InitHome makes the folders and keys of a node in home, or reads them when they exist.
func InitHome(home string) (Identity, error) {
	cfg := cometConfig(Options{Home: home})
	for _, dir := range []string{filepath.Join(home, "config"), filepath.Join(home, "data")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return Identity{}, fmt.Errorf("node home: %w", err)
		}
	}
	nodeKey, err := peerKey(cfg.NodeKeyFile())
	if err != nil {
		return Identity{}, err
	}
	pv, err := consensusKey(cfg)
	if err != nil {
		return Identity{}, err
	}
	pub, err := pv.GetPubKey()
	if err != nil {
		return Identity{}, err
	}
	return Identity{ConsensusKey: pub.Bytes(), PeerID: string(nodeKey.ID())}, nil
}

// WriteGenesis stores the genesis a node of this home starts from.
func WriteGenesis(home string, doc *cmttypes.GenesisDoc) error {
	raw, err := cmtjson.MarshalIndent(doc, "", "  ")
	if err != nil {
		return fmt.Errorf("write genesis: %w", err)
	}
	return durable.Replace(genesisFile(home), append(raw, '\n'), 0o644)
}

// ReadGenesis loads the genesis of a home.
func ReadGenesis(home string) (*cmttypes.GenesisDoc, error) {
	doc, err := cmttypes.GenesisDocFromFile(genesisFile(home))
	if err != nil {
		return nil, fmt.Errorf("%w: genesis: %w", ErrCorruptHome, err)
	}
	return doc, nil
}

// sameGenesis compares two documents as they are written.
func sameGenesis(a, b *cmttypes.GenesisDoc) bool {
	one, err := cmtjson.Marshal(a)
	if err != nil {
		return false
	}
	other, err := cmtjson.Marshal(b)
	return err == nil && bytes.Equal(one, other)
}

func genesisFile(home string) string { return filepath.Join(home, "config", "genesis.json") }

// HasChain reports whether blocks were ever stored in this home.
func HasChain(home string) bool {
	_, err := os.Stat(filepath.Join(home, "data", "blockstore.db"))
	return err == nil
}
