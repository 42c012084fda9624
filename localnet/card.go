package localnet

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// Card is what a running market says of itself: where its doors are. It is stored in the home as network.json.
type Card struct {
	ReadySeconds float64  `json:"ready_seconds"`
	ChainID      string   `json:"chain_id"`
	API          string   `json:"api"`
	APIKey       string   `json:"api_key"`
	Explorer     string   `json:"explorer"`
	RPC          string   `json:"rpc"`
	GRPC         string   `json:"grpc"`
	REST         string   `json:"rest"`
	Home         string   `json:"home"`
	PID          int      `json:"pid"`
	Subnets      []string `json:"subnets"`
	Accounts     []string `json:"accounts"`
	Resumed      bool     `json:"resumed"`
}

// ReadCard returns the card of the market that runs in home, or ErrNotRunning.
func ReadCard(home string) (Card, error) {
	on, err := running(home)
	if err != nil {
		return Card{}, err
	}
	if !on {
		return Card{}, fmt.Errorf("%w in %s; `dendra up` starts it", ErrNotRunning, home)
	}
	var c Card
	if err := readJSON(cardFile(home), &c); errors.Is(err, fs.ErrNotExist) {
		return Card{}, fmt.Errorf("%w: it is still starting in %s", ErrNotRunning, home)
	} else if err != nil {
		return Card{}, err
	}
	if pid, err := holder(home); err == nil && pid != c.PID { // the card of the market before
		return Card{}, fmt.Errorf("%w: it is still starting in %s", ErrNotRunning, home)
	}
	return c, nil
}

// Print writes the card for a person, in at most 25 lines.
func (c Card) Print(w io.Writer) error {
	_, err := fmt.Fprintf(w, `
  Explorer   %s
  API        %s     key: %s
  Node       rpc %s   grpc %s   rest %s
  Accounts   %s
  Logs       dendra logs -f
  WARNING    Local network only: these keys are public. The real genesis starts at 0 TAO.

Try next:
  dendra ask "What is a schipperke?"
  dendra subnet show 1
  dendra request list
  dendra miner run --subnet 1 --wallet me --upstream http://127.0.0.1:11434/v1 --model llama3.2

`, c.Explorer, c.API, c.APIKey, c.RPC, c.GRPC, c.REST, strings.Join(c.Accounts, ", "))
	return err
}
