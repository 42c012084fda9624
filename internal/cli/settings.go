package cli

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dendra-net/dendra/internal/durable"
)

// network is HOME/network.json, which "up" writes: how to reach the network of this home.
type network struct {
	ChainID string    `json:"chain_id"`
	GRPC    addresses `json:"grpc"`
	REST    string    `json:"rest"`
	RPC     string    `json:"rpc"`
	API     string    `json:"api"`
	APIKey  string    `json:"api_key"`
}

// addresses is one address or a list of them.
type addresses []string

func (a *addresses) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = splitList(one)
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}

func splitList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// localChain begins the name of every local network's chain. Their coins are worth nothing and their keys public.
const localChain = "dendra-local"

const (
	networkFile    = "network.json"
	defaultGRPC    = "127.0.0.1:9090"
	defaultAPI     = "http://127.0.0.1:2100"
	maxNetworkFile = 1 << 20
)

// settings are the global flags with what stands behind them: flag, then DENDRA_ variable, then the home's file,
// then the default.
type settings struct {
	home    string
	node    string
	wallet  string
	hotkey  string
	json    bool
	dryRun  bool
	yes     bool
	network network
}

// fill completes the settings from the environment and the home's file.
func (s *settings) fill(e Env) error {
	orSet(&s.node, e.Getenv("DENDRA_NODE"))
	orSet(&s.wallet, e.Getenv("DENDRA_WALLET"))
	orSet(&s.hotkey, e.Getenv("DENDRA_HOTKEY"))
	orSet(&s.hotkey, "default")
	orSet(&s.home, e.Getenv("DENDRA_HOME"))
	if err := s.findHome(e); err != nil {
		return err
	}
	return s.readNetwork()
}

// findHome takes the local network's directory when there is one.
func (s *settings) findHome(e Env) error {
	if s.home == "" {
		user, err := e.UserHome()
		if err != nil {
			return failf("no_home", "your home directory is not known: %v", err)
		}
		s.home = filepath.Join(user, ".dendra")
		local := filepath.Join(s.home, "local")
		if _, err := os.Stat(filepath.Join(local, networkFile)); err == nil {
			s.home = local
		}
	}
	home, err := filepath.Abs(s.home)
	if err != nil {
		return failf("no_home", "the home %q cannot be found: %v", s.home, err)
	}
	s.home = home
	return nil
}

func (s *settings) readNetwork() error {
	path := filepath.Join(s.home, networkFile)
	b, err := durable.Read(path, maxNetworkFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(b, &s.network)
	}
	if err != nil {
		return failf("corrupt_home", "%s cannot be read: %v", path, err)
	}
	return nil
}

// endpoints are the gRPC addresses of the chain.
func (s *settings) endpoints() []string {
	if s.node != "" {
		return splitList(s.node)
	}
	if len(s.network.GRPC) > 0 {
		return s.network.GRPC
	}
	return []string{defaultGRPC}
}

// chainID is the chain that is expected, empty when --node names another than the home's.
func (s *settings) chainID() string {
	if s.node != "" {
		return ""
	}
	return s.network.ChainID
}

func isLocal(chainID string) bool { return strings.HasPrefix(chainID, localChain) }

func orSet(field *string, value string) {
	if *field == "" {
		*field = value
	}
}
