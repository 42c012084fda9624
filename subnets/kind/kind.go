// Package kind lists the reference subnets by name: how a validator judges one, and what can mine on it out of the box.
//
// Its one invariant: every kind can be validated and mined with what the program carries, without a file or a server.
//
//	k, ok := kind.ByName("vision")
//	judge, err := k.Judge(kind.Rules{})
//	work, err := k.Mine(kind.Seat{Chain: chain, Key: hotkey, Netuid: 4}, "cnn")
package kind

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/mixture"
)

// Errors of this package.
var (
	// ErrModel marks a model that a kind does not have.
	ErrModel = errors.New("no such model")
	// ErrProgram marks a model whose program is not installed on this machine, or does not work.
	ErrProgram = errors.New("the program of this model cannot be run")
	// ErrFile marks a file that validators would not measure.
	ErrFile = errors.New("the file cannot be published")
)

// Kind is one sort of subnet.
type Kind struct {
	Name  string
	About string // one line
	// Models names what can mine on it out of the box.
	Models []string
	// Insiders are those of Models that live by the answers of other miners, which only a market in one process hears.
	Insiders []string
	// Programs names further models: programs by others, which must be installed on the machine.
	Programs []string
	// Sells is the model that its validators can answer with what they learned of its miners; empty where there is none.
	Sells string

	judge func(Rules) (Judge, error)
	ready func(context.Context) error // of Programs
	mine  func(Seat, string) (Work, error)
	ask   func() ([]byte, error)
	sell  func(Desk) http.Handler

	upstream func(Server) (http.Handler, error)
}

// Rules are what a validator may choose for itself. The zero value takes what the program carries.
type Rules struct {
	// Shards is a folder of the validator's own text, for kinds that judge by text; empty means the shipped text,
	// rewritten.
	Shards string
	// Epoch is how long an epoch takes, where it is known; 0 means that nobody said. It decides how long miners are waited for,
	// never what their answers are worth.
	Epoch time.Duration
}

// MaxReply is the largest answer that a validator of any kind takes: a model's file.
const MaxReply = 2 << 20

// Judge is how a kind is validated: exactly one of its fields is set.
type Judge struct {
	Task     neuron.Task
	Examiner neuron.Examiner
}

// Name is that of the task or examiner.
func (j Judge) Name() string {
	if j.Examiner != nil {
		return j.Examiner.Name()
	}
	return j.Task.Name()
}

// Seat is whose miner it is, and on which subnet.
type Seat struct {
	Chain  neuron.Chain
	Key    neuron.Key
	Netuid uint16
	Model  string // name that answers state; empty means the kind's
	Dir    string // for what outlives a restart
	Quiet  bool   // nothing is trained
	// PublicOnly is for miners that ask others at endpoints that strangers chose, as neuron.Client has it.
	PublicOnly bool
	// CPUShare is how much of a core training may take; 0 means the kind's own.
	CPUShare float64
	// Market is how a cheat asks other miners, and Victim whom it copies.
	Market mixture.Market
	Victim neuron.Address
	Log    *slog.Logger // nil: discarded
}

// Work is a miner's: what answers, and what it does besides.
type Work struct {
	Handler http.Handler
	// Admit is who may ask; nil means neurons with a permit.
	Admit func(neuron.Caller) error
	// Run trains or commits until ctx ends; nil when there is nothing to do.
	Run func(ctx context.Context) error
}

// Judge makes how a validator judges subnets of this kind.
func (k Kind) Judge(r Rules) (Judge, error) { return k.judge(r) }

// Offers names what a miner of its own can answer with: all Models but Insiders, and Programs.
func (k Kind) Offers() []string {
	list := slices.DeleteFunc(slices.Clone(k.Models), func(m string) bool { return slices.Contains(k.Insiders, m) })
	return append(list, k.Programs...)
}

// Ready refuses, before anything is paid for it, a model that could not answer on this machine: with ErrModel one that
// the kind does not offer, with ErrProgram one whose program is missing or fails. It may run that program.
func (k Kind) Ready(ctx context.Context, model string) error {
	if offers := k.Offers(); !slices.Contains(offers, model) {
		return k.unknown(model, offers)
	}
	if !slices.Contains(k.Programs, model) {
		return nil
	}
	return k.ready(ctx)
}

func (k Kind) unknown(model string, has []string) error {
	return fmt.Errorf("%w: %q; %s has %s", ErrModel, model, k.Name, strings.Join(has, ", "))
}

// Mine makes a miner of one of the kind's Models or Programs. The error is ErrModel when there is no such model, and
// ErrProgram when its program is not installed.
func (k Kind) Mine(s Seat, model string) (Work, error) {
	if all := slices.Concat(k.Models, k.Programs); !slices.Contains(all, model) {
		return Work{}, k.unknown(model, all)
	}
	return k.mine(s.complete(k.Name), model)
}

func (s Seat) complete(kind string) Seat {
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if s.Model == "" {
		s.Model = kind
	}
	return s
}

// Question is a small question, as a body for /v1/chat/completions, that any miner of the kind can answer. It is empty
// where a plain line of text will do.
func (k Kind) Question() ([]byte, error) {
	if k.ask == nil {
		return nil, nil
	}
	return k.ask()
}

// Of makes a kind of a task that is not among the reference subnets.
func Of(name string, task func() (neuron.Task, error)) Kind {
	return Kind{Name: name, judge: func(Rules) (Judge, error) {
		t, err := task()
		return Judge{Task: t}, err
	}}
}

// Server is a model server of OpenAI's form.
type Server struct {
	URL, Model, APIKey string
	Chat               http.Handler // that passes chat requests on to it
}

// Upstream makes a miner of a model server. Most kinds ask in chat alone.
func (k Kind) Upstream(s Server) (http.Handler, error) {
	if k.upstream == nil {
		return s.Chat, nil
	}
	return k.upstream(s)
}

// All lists the kinds by name.
func All() []Kind { return slices.Clone(all) }

// ByName returns the kind of that name.
func ByName(name string) (Kind, bool) {
	i := slices.IndexFunc(all, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return all[i], true
}

// Names lists the kinds' names, for people.
func Names() string {
	var names []string
	for _, k := range all {
		names = append(names, k.Name)
	}
	return strings.Join(names, ", ")
}
