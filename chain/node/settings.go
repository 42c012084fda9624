package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/dendra-net/dendra/internal/durable"
)

// Settings are what a node remembers between starts, in config/node.json of its home.
type Settings struct {
	Name      string        `json:"name"`
	RPC       string        `json:"rpc"`
	P2P       string        `json:"p2p"`
	GRPC      string        `json:"grpc"`
	REST      string        `json:"rest"`
	Peers     []string      `json:"peers"`
	BlockTime time.Duration `json:"block_time_ns"`
}

// DefaultSettings are a node's doors when nobody says otherwise: all on the loopback interface but the peers' one.
func DefaultSettings() Settings {
	return Settings{
		Name: "node", RPC: "127.0.0.1:26657", P2P: "0.0.0.0:26656", GRPC: "127.0.0.1:9090", REST: "127.0.0.1:1317",
		BlockTime: 6 * time.Second,
	}
}

// maxSettings bounds the settings file.
const maxSettings = 1 << 16

// ReadSettings loads the settings of a home; a home without any has the defaults.
func ReadSettings(home string) (Settings, error) {
	s := DefaultSettings()
	raw, err := durable.Read(settingsFile(home), maxSettings)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err != nil {
		return s, fmt.Errorf("%w: settings %s: %w", ErrCorruptHome, settingsFile(home), err)
	}
	return s, nil
}

// WriteSettings stores the settings of a home.
func WriteSettings(home string, s Settings) error {
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return durable.Replace(settingsFile(home), append(raw, '\n'), 0o600)
}

func settingsFile(home string) string { return filepath.Join(home, "config", "node.json") }
