package node

import (
	"fmt"
	"os"
	"path/filepath"

	cmtconfig "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	cmttypes "github.com/cometbft/cometbft/types"
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
	nodeKey, err := p2p.LoadOrGenNodeKey(cfg.NodeKeyFile())
	if err != nil {
		return Identity{}, fmt.Errorf("peer key in %s: %w", cfg.NodeKeyFile(), err)
	}
	if err := checkKeyFiles(cfg); err != nil {
		return Identity{}, err
	}
	pv := privval.LoadOrGenFilePV(cfg.PrivValidatorKeyFile(), cfg.PrivValidatorStateFile())
	pub, err := pv.GetPubKey()
	if err != nil {
		return Identity{}, err
	}
	return Identity{ConsensusKey: pub.Bytes(), PeerID: string(nodeKey.ID())}, nil
}

// checkKeyFiles looks before CometBFT does: its loader ends the process on a broken file.
func checkKeyFiles(cfg *cmtconfig.Config) error {
	key, state := cfg.PrivValidatorKeyFile(), cfg.PrivValidatorStateFile()
	keyRaw, err := os.ReadFile(key)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: consensus key: %w", ErrCorruptHome, err)
	}
	if err := checkKeyJSON(keyRaw); err != nil {
		return fmt.Errorf("%w: consensus key %s: %w", ErrCorruptHome, key, err)
	}
	stateRaw, err := os.ReadFile(state)
	if err != nil {
		return fmt.Errorf("%w: signing state %s: %w; without it this node could sign two blocks of one height", ErrCorruptHome, state, err)
	}
	if err := checkStateJSON(stateRaw); err != nil {
		return fmt.Errorf("%w: signing state %s: %w", ErrCorruptHome, state, err)
	}
	return nil
}

// WriteGenesis stores the genesis a node of this home starts from.
func WriteGenesis(home string, doc *cmttypes.GenesisDoc) error {
	if err := doc.SaveAs(genesisFile(home)); err != nil {
		return fmt.Errorf("write genesis: %w", err)
	}
	return nil
}

// ReadGenesis loads the genesis of a home.
func ReadGenesis(home string) (*cmttypes.GenesisDoc, error) {
	doc, err := cmttypes.GenesisDocFromFile(genesisFile(home))
	if err != nil {
		return nil, fmt.Errorf("%w: genesis: %w", ErrCorruptHome, err)
	}
	return doc, nil
}

func genesisFile(home string) string { return filepath.Join(home, "config", "genesis.json") }
